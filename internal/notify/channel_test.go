package notify_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/lifang/lifang/internal/job"
	"github.com/lifang/lifang/internal/notify"
)

// office is a mail server that keeps letters and refuses whom it does not know.
type office struct {
	mu      sync.Mutex
	letters []string
}

func (o *office) NewSession(*smtp.Conn) (smtp.Session, error) { return &counter{office: o}, nil }

type counter struct {
	office *office
	to     []string
}

func (c *counter) Mail(string, *smtp.MailOptions) error { return nil }
func (c *counter) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "later@"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "come back later"}
	}
	c.to = append(c.to, to)
	return nil
}
func (c *counter) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	c.office.mu.Lock()
	defer c.office.mu.Unlock()
	c.office.letters = append(c.office.letters, strings.Join(c.to, ",")+"\n"+string(text))
	return err
}
func (c *counter) Reset()        {}
func (c *counter) Logout() error { return nil }

func TestMailThroughARealServer(t *testing.T) {
	t.Parallel()
	box := &office{}
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends when the server is closed
	}()
	t.Cleanup(func() { _ = server.Close(); <-done })
	c := notify.Mail{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, From: "里坊物业 <service@lf.example>", Plain: true}
	m := notify.Outgoing{Key: "mail/1", To: "wang@lf.example", Title: "待办：漏水", Body: "请处理", Link: "https://lf.example/cases/1"}
	first, err := c.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Send(t.Context(), m)
	if err != nil || first != second || !strings.HasSuffix(strings.Trim(first, "<>"), "@lf.example") {
		t.Errorf("the same delivery has message ids %s and %s: %v", first, second, err)
	}
	box.mu.Lock()
	letter := box.letters[0]
	box.mu.Unlock()
	for _, part := range []string{"wang@lf.example\n", "Subject: =?UTF-8?", "Message-ID: <", "https://lf.example/cases/1"} {
		if !strings.Contains(letter, part) {
			t.Errorf("no %q in\n%s", part, letter)
		}
	}
	m.To = "nobody@lf.example"
	if _, err := c.Send(t.Context(), m); !job.IsFinal(err) {
		t.Errorf("an unknown user is final: %v", err)
	}
	m.To = "later@lf.example"
	if _, err := c.Send(t.Context(), m); err == nil || job.IsFinal(err) {
		t.Errorf("a busy server is not final: %v", err)
	}
	m.To = "not an address"
	if _, err := c.Send(t.Context(), m); !job.IsFinal(err) {
		t.Errorf("a broken address is final: %v", err)
	}
	c.Plain = false
	m.To = "wang@lf.example"
	if _, err := c.Send(t.Context(), m); err == nil {
		t.Error("a server without TLS got a mail")
	}
}

func TestWebhookShapes(t *testing.T) {
	t.Parallel()
	var request *http.Request
	var body map[string]any
	status, answer := 200, `{"errcode":0,"code":0}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, body = r, nil
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	m := notify.Outgoing{Key: "sms/7", To: "13800000001", Title: "超时", Body: "WX-1", Link: "https://lf.example/c/1"}
	send := func(shape notify.Shape) error {
		_, err := notify.Webhook{Channel: string(shape), URL: server.URL + "/hook?token=abc", Shape: shape, Secret: "s3cret"}.Send(t.Context(), m)
		return err
	}
	if err := send(notify.JSON); err != nil {
		t.Fatal(err)
	}
	if body["to"] != "13800000001" || body["text"] != "WX-1" || request.Header.Get("Idempotency-Key") != "sms/7" || request.Header.Get("Authorization") != "Bearer s3cret" {
		t.Errorf("gateway got %v %v", body, request.Header)
	}
	for _, shape := range []notify.Shape{notify.WeCom, notify.DingTalk} {
		if err := send(shape); err != nil {
			t.Fatal(err)
		}
		if text, _ := body["text"].(map[string]any); body["msgtype"] != "text" || text["content"] != "超时\nWX-1\nhttps://lf.example/c/1" {
			t.Errorf("%s got %v", shape, body)
		}
	}
	if q := request.URL.Query(); q.Get("token") != "abc" || q.Get("timestamp") == "" || q.Get("sign") == "" {
		t.Errorf("dingtalk address %v", request.URL)
	}
	if err := send(notify.Feishu); err != nil || body["sign"] == "" || body["msg_type"] != "text" {
		t.Errorf("feishu got %v %v", body, err)
	}
	for _, k := range []struct {
		shape  notify.Shape
		status int
		answer string
		final  bool
	}{{notify.JSON, 400, "bad", true}, {notify.JSON, 429, "slow down", false}, {notify.JSON, 503, "busy", false}, {notify.WeCom, 200, `{"errcode":45009}`, false}, {notify.Feishu, 200, `{"code":9499}`, false}, {"morse", 200, "", true}} {
		status, answer = k.status, k.answer
		if err := send(k.shape); err == nil || job.IsFinal(err) != k.final {
			t.Errorf("%s %d %s: %v, final should be %v", k.shape, k.status, k.answer, err, k.final)
		}
	}
	server.Close()
	if err := send(notify.WeCom); err == nil || strings.Contains(err.Error(), "token=abc") {
		t.Errorf("the address is a secret: %v", err)
	}
}

func TestWebhookGivesUpWaiting(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	_, err := notify.Webhook{Channel: "sms", URL: server.URL, Shape: notify.JSON, Client: &http.Client{Timeout: 50 * time.Millisecond}}.Send(t.Context(), notify.Outgoing{Key: "k"})
	if err == nil || job.IsFinal(err) || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}
