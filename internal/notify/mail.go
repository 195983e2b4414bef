package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/lifang/lifang/internal/job"
)

// Mail sends through an SMTP server.
type Mail struct {
	Host     string
	Port     int // 0: 587
	User     string
	Password string
	From     string // "里坊物业 <service@example.com>"
	// Plain allows a server without TLS, on one's own machine only; otherwise a server
	// that does not speak TLS gets nothing.
	Plain bool
}

// Name is "mail".
func (Mail) Name() string { return "mail" }

// Shared is false: a mail goes to one person.
func (Mail) Shared() bool { return false }

// Send hands the mail to the server. The Message-ID is made of the key, so that a mail
// sent twice is shown once. What the server refuses for good (5xx) is not tried again.
func (c Mail) Send(ctx context.Context, m Outgoing) (string, error) {
	letter := mail.NewMsg()
	if err := errors.Join(letter.From(c.From), letter.To(m.To)); err != nil {
		return "", job.Fail(err)
	}
	letter.Subject(m.Title)
	letter.SetDate()
	letter.SetMessageIDWithValue(messageID(m.Key, c.From))
	letter.SetBodyString(mail.TypeTextPlain, strings.TrimSpace(m.Body+"\n\n"+m.Link)+"\n")
	port := c.Port
	if port == 0 {
		port = 587
	}
	options := []mail.Option{mail.WithPort(port), mail.WithTimeout(20 * time.Second), mail.WithTLSPolicy(mail.TLSMandatory)}
	if c.Plain {
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	} else if port == 465 {
		options = append(options, mail.WithSSL())
	}
	if c.User != "" {
		auth := mail.SMTPAuthPlain
		if c.Plain {
			auth = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(auth), mail.WithUsername(c.User), mail.WithPassword(c.Password))
	}
	client, err := mail.NewClient(c.Host, options...)
	if err != nil {
		return "", job.Fail(err)
	}
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		if refused, ok := errors.AsType[*mail.SendError](err); ok && !refused.IsTemp() && refused.ErrorCode() >= 500 {
			return "", job.Fail(err)
		}
		return "", fmt.Errorf("mail to %s: %w", c.Host, err)
	}
	return letter.GetMessageID(), nil
}

func messageID(key, from string) string {
	sum := sha256.Sum256([]byte(key))
	_, domain, _ := strings.Cut(strings.TrimSuffix(from, ">"), "@")
	return hex.EncodeToString(sum[:12]) + "@" + domain
}
