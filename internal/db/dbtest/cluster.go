package dbtest

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
)

var cluster struct {
	once    sync.Once
	address string
	err     error
}

// Server returns the address of the test cluster's maintenance database and
// starts the cluster if nobody has yet.
func Server(t testing.TB) string {
	t.Helper()
	cluster.once.Do(func() {
		cluster.address = os.Getenv("LIFANG_TEST_POSTGRES")
		if cluster.address == "" {
			cluster.address, cluster.err = startCluster()
		}
	})
	if cluster.err != nil {
		t.Fatalf("start a PostgreSQL for the test (install PostgreSQL 15 or newer, or set LIFANG_TEST_POSTGRES): %v", cluster.err)
	}
	return cluster.address
}

// StopCluster stops the throw-away cluster and removes its files.
func StopCluster() error {
	bin, err := postgresBin()
	if err != nil {
		return nil // nothing could have been started
	}
	err = asServerUser(filepath.Join(bin, "pg_ctl"), "-D", clusterPath("data"), "-m", "immediate", "-w", "stop").Run()
	return errors.Join(ignoreExit(err), os.RemoveAll(clusterPath("")))
}

func ignoreExit(err error) error {
	if _, stopped := errors.AsType[*exec.ExitError](err); stopped {
		return nil // it was not running
	}
	return err
}

// clusterPath is short because socket paths are limited to about 100 bytes.
func clusterPath(name string) string {
	return filepath.Join(os.TempDir(), "lifang-test-postgres-"+strconv.Itoa(os.Getuid()), name)
}

func startCluster() (string, error) {
	bin, err := postgresBin()
	if err != nil {
		return "", err
	}
	home, data := clusterPath(""), clusterPath("data")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return "", err
	}
	if err := os.Chmod(home, 0o777|os.ModeSticky); err != nil {
		return "", err
	}
	guard := flock.New(clusterPath("start.lock"))
	if err := guard.Lock(); err != nil {
		return "", err
	}
	defer func() { _ = guard.Unlock() }()
	address := (&url.URL{Scheme: "postgres", User: url.User("lifang"), Path: "/postgres",
		RawQuery: url.Values{"host": {home}, "port": {"54329"}}.Encode()}).String()
	if asServerUser(filepath.Join(bin, "pg_ctl"), "-D", data, "status").Run() == nil {
		return address, nil
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		if out, err := asServerUser(filepath.Join(bin, "initdb"), "-D", data, "-U", "lifang", "-A", "trust", "-E", "UTF8",
			"--locale=C.UTF-8", "--no-sync").CombinedOutput(); err != nil {
			return "", fmt.Errorf("initdb: %w: %s", err, out)
		}
	}
	// The cluster is thrown away: it need not survive a power cut.
	options := fmt.Sprintf("-p 54329 -k %s -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=256MB", home)
	start := asServerUser(filepath.Join(bin, "pg_ctl"), "-D", data, "-l", clusterPath("server.log"), "-w", "-o", options, "start")
	if err := start.Run(); err != nil { // output is not piped: the server would keep the pipe open
		return "", fmt.Errorf("pg_ctl start: %w (see %s)", err, clusterPath("server.log"))
	}
	return address, nil
}

// postgresBin finds the newest installed server.
func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		if err != nil {
			return "", errors.New("no PostgreSQL server programs found")
		}
		return filepath.Dir(path), nil
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
	return filepath.Dir(found[0]), nil
}

func version(path string) int {
	n, err := strconv.Atoi(strings.Split(path, string(filepath.Separator))[4])
	if err != nil {
		return 0
	}
	return n
}

// asServerUser runs a server program as the user postgres when the tests run as
// root, which the server refuses.
func asServerUser(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = os.TempDir()
	if os.Getuid() != 0 {
		return cmd
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return cmd
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32) // os/user gives numbers
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return cmd
}
