// Package rulebook carries the content of Lifang: what the company's rule book says, as files.
//
// One folder holds one kind or chapter of content (calendars, organisation, finance, service …). The
// files are embedded in the binary and reached through Files under their folder names:
//
//	text, err := fs.ReadFile(rulebook.Files, "calendars/holidays-2026.yaml")
//
// A new folder is added to the pattern below. The package must never hold logic: whoever uses a file
// reads and checks it.
package rulebook

import "embed"

// Files is the embedded rule book, rooted at the chapter folders.
//
//go:embed all:calendars all:finance all:organisation all:papers all:service
var Files embed.FS
