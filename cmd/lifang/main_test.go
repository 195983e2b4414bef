package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/app"
)

// lifang runs one command line and gives its exit code and what it printed.
func lifang(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := lifang(t, args...)
	if code != 0 {
		t.Fatalf("lifang %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

func TestHelpInBothLanguages(t *testing.T) {
	for key, texts := range catalogue {
		if texts[0] == "" || texts[1] == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
	for _, command := range [][]string{{}, {"serve"}, {"demo"}, {"import", "hc"}, {"export"}, {"verify"}, {"flow", "check"}, {"user", "add"},
		{"backup"}, {"restore"}, {"bench"}, {"version"}, {"api", "types"}} {
		zh := must(t, append(command, "--help", "--lang", "zh")...)
		en := must(t, append(command, "--help", "--lang=en")...)
		if !strings.Contains(zh, "数据文件夹") || !strings.Contains(zh, "用法：") || strings.Contains(zh, "Usage") {
			t.Errorf("%v in Chinese:\n%s", command, zh)
		}
		if !strings.Contains(en, "Data folder") || strings.Contains(en, "数据") || strings.Contains(en, "${") {
			t.Errorf("%v in English:\n%s", command, en)
		}
	}
}

func TestLanguageOfTheTerminal(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{nil, nil, "zh"}, {nil, map[string]string{"LANG": "en_US.UTF-8"}, "en"}, {nil, map[string]string{"LANG": "C.UTF-8"}, "zh"},
		{[]string{"--lang", "en"}, map[string]string{"LANG": "zh_CN.UTF-8"}, "en"},
		{nil, map[string]string{"LANG": "en_US.UTF-8", "LIFANG_LANG": "zh"}, "zh"},
	} {
		if got := language(c.args, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v %v: %s", c.args, c.env, got)
		}
	}
}

func TestWrongCommandLine(t *testing.T) {
	if code, _, errs := lifang(t, "serve", "--port", "1"); code != 2 || !strings.Contains(errs, "--port") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, _, _ := lifang(t, "import", "hc", "/no/such/file.xlsx", "--dir", t.TempDir()); code == 0 {
		t.Error("a missing file was imported")
	}
	broken := filepath.Join(t.TempDir(), "broken.xlsx")
	if err := os.WriteFile(broken, []byte("PK\x03\x04 not a workbook"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := lifang(t, "import", "hc", broken, "--dir", t.TempDir(), "--lang", "zh"); code != 1 || errs == "" {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestOptionsFromEnvironmentAndFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "lifang.yaml")
	if err := os.WriteFile(file, []byte("dir: "+dir+"\nlang: en\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := lifang(t, "verify", "--config", file); code != 0 || !strings.Contains(out, "ledger") && !strings.Contains(out, "账簿") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "lifang.db")); err != nil {
		t.Errorf("the folder of the file was not used: %v", err)
	}
	other := t.TempDir()
	t.Setenv("LIFANG_DIR", other)
	must(t, "verify")
	if _, err := os.Stat(filepath.Join(other, "lifang.db")); err != nil {
		t.Errorf("the folder of the environment was not used: %v", err)
	}
}

// A demo company is made, verified, backed up, restored, exported, and its backup
// proves itself; a damaged backup is refused.
func TestDemoBackupRestore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if out := must(t, "demo", "--dir", dir, "--rooms", "40", "--seed", "3", "--lang", "en"); !strings.Contains(out, "cashier") {
		t.Errorf("accounts: %s", out)
	}
	if code, _, _ := lifang(t, "demo", "--dir", dir, "--rooms", "40"); code == 0 {
		t.Error("a second company was put into the same folder")
	}
	before := must(t, "verify", "--dir", dir, "--lang", "en")
	if strings.Contains(before, "✗") || strings.Count(before, "✓") != 5 {
		t.Errorf("verify:\n%s", before)
	}
	saved := filepath.Join(t.TempDir(), "saved.lifang")
	must(t, "backup", saved, "--dir", dir)
	restored := filepath.Join(t.TempDir(), "restored")
	after := must(t, "restore", saved, "--dir", restored, "--lang", "en")
	if !strings.HasSuffix(after, before) {
		t.Errorf("restored:\n%swant\n%s", after, before)
	}
	if code, _, _ := lifang(t, "restore", saved, "--dir", restored); code == 0 {
		t.Error("a backup was restored over data")
	}
	whole, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{"cut": whole[:len(whole)/2], "bent": bend(whole)} {
		file := filepath.Join(t.TempDir(), "damaged")
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := lifang(t, "restore", file, "--dir", filepath.Join(t.TempDir(), "x")); code == 0 {
			t.Errorf("a %s backup was restored: %s", name, errs)
		}
	}
	for _, suffix := range []string{".xlsx", ".csv"} {
		file := filepath.Join(t.TempDir(), "rooms"+suffix)
		must(t, "export", "rooms", "-o", file, "--dir", dir, "--query", "sort=-build_area")
		if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
}

func bend(whole []byte) []byte {
	bent := bytes.Clone(whole)
	bent[len(bent)/2] ^= 0xff
	return bent
}

func TestUsers(t *testing.T) {
	dir := t.TempDir()
	if out := must(t, "user", "add", "gate", "--name", "闸机", "--kind", "machine", "--dir", dir, "--lang", "en"); !strings.Contains(out, "gate") {
		t.Error(out)
	}
	if out := must(t, "user", "token", "gate", "--dir", dir, "--lang", "en"); !strings.Contains(out, "lf_") {
		t.Error(out)
	}
	out := must(t, "user", "add", "boss", "--name", "老板", "--dir", dir, "--lang", "en")
	if !strings.Contains(out, "First password") {
		t.Error(out)
	}
	must(t, "user", "reset", "boss", "--dir", dir)
	if code, _, errs := lifang(t, "user", "reset", "nobody", "--dir", dir, "--lang", "en"); code != 1 || !strings.Contains(errs, "no account") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := lifang(t, "user", "add", "weak", "--name", "x", "--password", "1234", "--dir", dir, "--lang", "zh"); code != 1 || !strings.Contains(errs, "至少 8 个") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, _ := lifang(t, "user", "add", "x", "--name", "x", "--employee", "none", "--dir", dir); code != 1 {
		t.Error("an employee who does not exist got an account")
	}
}

func TestFlowTools(t *testing.T) {
	if out := must(t, "flow", "list"); !strings.Contains(out, "repair") || !strings.Contains(out, "order-intake") {
		t.Error(out)
	}
	if out := must(t, "flow", "svg", "repair"); !strings.HasPrefix(out, "<svg") {
		t.Error(out[:min(len(out), 100)])
	}
	source := filepath.Join("..", "..", "rulebook", "service", "flows", "repair.bpmn")
	must(t, "flow", "check", source)
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "broken.bpmn")
	if err := os.WriteFile(broken, bytes.ReplaceAll(text, []byte("facility.settle"), []byte("facility.nothing")), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := lifang(t, "flow", "check", broken); code != 1 || !strings.Contains(out, "line ") || !strings.Contains(out, "facility.nothing") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// The types that the web apps compile against are those of this program.
func TestGeneratedTypesAreFresh(t *testing.T) {
	types := must(t, "api", "types")
	file := filepath.Join("..", "..", "web", "src", "api", "generated.ts")
	there, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("%s is not there yet", file)
	} else if err != nil {
		t.Fatal(err)
	} else if string(there) != types {
		t.Errorf("%s is not what the program says; run: go run ./cmd/lifang api types > web/src/api/generated.ts", file)
	}
	for _, want := range []string{`"POST /api/session": {`, `"GET /api/rooms": {`, "export type Rooms = {"} {
		if !strings.Contains(types, want) {
			t.Errorf("the types lack %s", want)
		}
	}
	if strings.Contains(types, ": ;") || strings.Contains(types, "undefined[]") {
		t.Error("a type is missing in the types")
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(must(t, "api", "document")), &doc); err != nil || doc["openapi"] != "3.1.0" {
		t.Errorf("document: %v %v", doc["openapi"], err)
	}
}

// The server starts within a second, refuses a second process on its folder, lets a
// backup be taken, and stops when asked.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	must(t, "verify", "--dir", dir) // the first start makes the database
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--dir", dir, "--addr", "127.0.0.1:0", "--lang", "en"}, w, io.Discard)
	}()
	line := make([]byte, 200)
	n, err := r.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(string(line[:n]))
	address = address[strings.Index(address, "http://"):]
	for _, path := range []string{"/healthz", "/readyz"} {
		res, err := http.Get(address + path)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v %v", path, res, err)
		}
		res.Body.Close()
	}
	if code, _, errs := lifang(t, "serve", "--dir", dir, "--addr", "127.0.0.1:0"); code != 1 || !strings.Contains(errs, "another process") {
		t.Errorf("a second server: exit %d, %s", code, errs)
	}
	if code, out, errs := lifang(t, "verify", "--dir", dir, "--lang", "en"); code != 0 || !strings.Contains(out, "copy") || !strings.Contains(out, "ledger") {
		t.Errorf("verify beside the server: exit %d, %s%s", code, out, errs)
	}
	must(t, "backup", filepath.Join(t.TempDir(), "b"), "--dir", dir)
	stop()
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("exit %d", code)
		}
	case <-time.After(25 * time.Second):
		t.Fatal("the server does not stop")
	}
}

func TestBackupIntoNowhere(t *testing.T) {
	dir := t.TempDir()
	must(t, "verify", "--dir", dir)
	target := filepath.Join(t.TempDir(), "no", "such", "folder", "b")
	if _, err := app.Backup(t.Context(), app.Config{Dir: dir}, target); err == nil {
		t.Error("a backup into nowhere worked")
	}
}
