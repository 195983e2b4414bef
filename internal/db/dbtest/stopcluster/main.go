// Command stopcluster stops the throw-away PostgreSQL of the tests, if one runs.
package main

import (
	"log"

	"github.com/lifang/lifang/internal/db/dbtest"
)

func main() {
	if err := dbtest.StopCluster(); err != nil {
		log.Fatal(err)
	}
}
