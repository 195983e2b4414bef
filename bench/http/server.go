package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// server is one side of the comparison, running and signed in.
type server struct {
	base    string
	process *exec.Cmd
	client  *http.Client
	started time.Duration
	create  func(n int64) (path string, body any)
	list    func(n int64) string
	token   string
	serial  atomic.Int64
}

func (s *server) stop() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// memory returns the resident set in bytes, after a moment of rest.
func (s *server) memory() int64 {
	time.Sleep(3 * time.Second)
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64) // the kernel writes a number
			return kilobytes << 10
		}
	}
	return 0
}

func startLifang(ctx context.Context, program, dir string) (*server, error) {
	if out, err := exec.CommandContext(ctx, program, "demo", "--dir", dir, "--rooms", "200", "--seed", "1").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("lifang demo: %w: %s", err, out)
	}
	s, err := start(ctx, "/readyz", func(address string) *exec.Cmd {
		return exec.CommandContext(ctx, program, "serve", "--dir", dir, "--addr", address, "--demo")
	})
	if err != nil {
		return nil, err
	}
	var me struct {
		Projects []struct{ ID string } `json:"projects"`
	}
	if err := s.call(ctx, "POST", "/api/session", map[string]any{"account": "cs_mgr", "password": "lifang2026"}, &me); err != nil {
		return nil, err
	}
	project := me.Projects[0].ID
	s.create = func(n int64) (string, any) {
		return "/api/parking-spaces", space(n, "project_id", project)
	}
	s.list = func(int64) string { return "/api/parking-spaces?project=" + project + "&sort=-code&size=30&page=1" }
	return s, nil
}

func startPocketBase(ctx context.Context, program, dir string) (*server, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	s, err := start(ctx, "/api/health", func(address string) *exec.Cmd {
		return exec.CommandContext(ctx, program, "serve", "--dir", filepath.Join(dir, "pb"), "--http", address)
	})
	if err != nil {
		return nil, err
	}
	var signed struct{ Token string }
	if err := s.call(ctx, "POST", "/api/collections/users/auth-with-password",
		map[string]any{"identity": "bench@example.com", "password": "lifang2026"}, &signed); err != nil {
		return nil, err
	}
	s.token = signed.Token
	s.create = func(n int64) (string, any) {
		return "/api/collections/spaces/records", space(n, "project", "1000000000000001")
	}
	s.list = func(int64) string {
		return "/api/collections/spaces/records?perPage=30&page=1&sort=-code&filter=project%3D%271000000000000001%27"
	}
	return s, nil
}

// space is the same record for both sides.
func space(n int64, projectField, project string) map[string]any {
	return map[string]any{projectField: project, "code": fmt.Sprintf("B-%07d", n), "lot": "1", "place": "underground",
		"type": "leased", "owner_right": "all", "area": 1325, "has_charger": n%3 == 0, "status": "free"}
}

func start(ctx context.Context, ready string, command func(address string) *exec.Cmd) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s := &server{base: "http://" + address, process: command(address)}
	s.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	began := time.Now()
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 30*time.Second {
		if answer, err := s.client.Get(s.base + ready); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				s.started = time.Since(began)
				return s, nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	s.stop()
	return nil, fmt.Errorf("%s did not start", s.process.Path)
}

// call sends one request and reads the whole answer; anything but 2xx is an error.
func (s *server) call(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, reader)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", s.token)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, data)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}
