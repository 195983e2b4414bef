package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/job"
)

// Shape is what a webhook's receiver expects.
type Shape string

// The shapes. JSON is for gateways of one's own, for text messages among others:
// {"key","to","title","text","link"} with the secret as bearer token and the key as
// Idempotency-Key. The others are the group robots of the three work chats.
const (
	JSON     Shape = "json"
	WeCom    Shape = "wecom"
	DingTalk Shape = "dingtalk"
	Feishu   Shape = "feishu"
)

// Webhook posts messages to an address.
type Webhook struct {
	Channel string // the name in templates: sms, wecom, dingtalk, feishu
	URL     string
	Shape   Shape
	Secret  string       // bearer token (JSON) or signing secret (DingTalk, Feishu); may be empty
	Client  *http.Client // nil: one with a timeout of 20 s
}

// Name is the channel's.
func (w Webhook) Name() string { return w.Channel }

// Shared says that robots speak to a group.
func (w Webhook) Shared() bool { return w.Shape != JSON }

var webhookClient = &http.Client{Timeout: 20 * time.Second}

// Send posts the message. Answers 4xx other than 408 and 429 are final.
func (w Webhook) Send(ctx context.Context, m Outgoing) (string, error) {
	address, body, err := w.compose(m, time.Now())
	if err != nil {
		return "", job.Fail(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", job.Fail(err)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Idempotency-Key", m.Key)
	if w.Shape == JSON && w.Secret != "" {
		request.Header.Set("Authorization", "Bearer "+w.Secret)
	}
	client := w.Client
	if client == nil {
		client = webhookClient
	}
	response, err := client.Do(request)
	if err != nil {
		return "", w.hide(err)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	_ = response.Body.Close() // read to its end or given up
	if err != nil {
		return "", err
	}
	return string(answer), w.judge(response.StatusCode, answer)
}

// hide keeps the address out of errors: a robot's address is its password.
func (w Webhook) hide(err error) error {
	return fmt.Errorf("%s: %s", w.Channel, strings.ReplaceAll(err.Error(), w.URL, "(address)"))
}

func (w Webhook) compose(m Outgoing, now time.Time) (string, []byte, error) {
	text := strings.TrimSpace(m.Title + "\n" + m.Body)
	if m.Link != "" {
		text += "\n" + m.Link
	}
	address := w.URL
	var body any
	switch w.Shape {
	case JSON:
		body = map[string]string{"key": m.Key, "to": m.To, "title": m.Title, "text": m.Body, "link": m.Link}
	case WeCom, DingTalk:
		body = map[string]any{"msgtype": "text", "text": map[string]string{"content": text}}
		if w.Shape == DingTalk && w.Secret != "" {
			u, err := url.Parse(w.URL)
			if err != nil {
				return "", nil, err
			}
			stamp := strconv.FormatInt(now.UnixMilli(), 10)
			query := u.Query()
			query.Set("timestamp", stamp)
			query.Set("sign", sign(w.Secret, stamp+"\n"+w.Secret))
			u.RawQuery = query.Encode()
			address = u.String()
		}
	case Feishu:
		said := map[string]any{"msg_type": "text", "content": map[string]string{"text": text}}
		if w.Secret != "" {
			stamp := strconv.FormatInt(now.Unix(), 10)
			said["timestamp"], said["sign"] = stamp, sign(stamp+"\n"+w.Secret, "")
		}
		body = said
	default:
		return "", nil, fmt.Errorf("webhook %s: unknown shape %q", w.Channel, w.Shape)
	}
	encoded, err := json.Marshal(body)
	return address, encoded, err
}

func sign(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// judge reads the status, and for robots the code inside: they answer 200 to everything.
func (w Webhook) judge(status int, answer []byte) error {
	said := strings.TrimSpace(string(answer))
	switch {
	case status >= 200 && status < 300:
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooManyRequests:
		return job.Fail(fmt.Errorf("%s answered %d: %s", w.Channel, status, said))
	default:
		return fmt.Errorf("%s answered %d: %s", w.Channel, status, said)
	}
	if w.Shape == JSON {
		return nil
	}
	var code struct {
		ErrCode int `json:"errcode"`
		Code    int `json:"code"`
	}
	if err := json.Unmarshal(answer, &code); err != nil || code.ErrCode != 0 || code.Code != 0 {
		return fmt.Errorf("%s answered: %s", w.Channel, said)
	}
	return nil
}
