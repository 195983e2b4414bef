package app_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/app/apptest"
	"github.com/lifang/lifang/internal/db"
)

// clock is a clock that a test moves on.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() int64 { return time.Now().UnixMilli() + c.ahead.Load() }

func (c *clock) pass(d time.Duration) { c.ahead.Add(d.Milliseconds()) }

// A token that somebody planted before the login is worth nothing after it, and one
// that was logged out stays so.
func TestPlantedAndUsedTokens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		victim := h.Stranger()
		victim.Token = "planted-by-somebody-else"
		victim.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Want(200)
		if victim.Token == "planted-by-somebody-else" || len(victim.Token) < 40 {
			t.Errorf("token %q", victim.Token)
		}
		planted := h.Stranger()
		planted.Token = "planted-by-somebody-else"
		planted.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		// Logging in again ends the session the browser had.
		old := h.Stranger()
		old.Token = victim.Token
		victim.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Want(200)
		old.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		// A person's session is no bearer token.
		h.Stranger().Do("GET", "/api/session", nil, "Authorization", "Bearer "+victim.Token).Code(401, "unauthenticated")
		stolen := victim.Token
		victim.Do("DELETE", "/api/session", nil).Want(204)
		for _, c := range []*apptest.Client{{House: h, Token: stolen}, {House: h, Token: stolen + "x"}, {House: h, Token: strings.ToUpper(stolen)}, {House: h, Token: "' OR 1=1 --"}} {
			c.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		}
	})
}

// A new password ends the sessions on other devices; the old one opens nothing.
func TestNewPasswordEndsOtherSessions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		here, elsewhere := h.LogIn("desk1"), h.LogIn("desk1")
		const chosen = "quiet-9-harbour-wind"
		here.Do("PATCH", "/api/session", map[string]any{"password": chosen}).Want(422)
		here.Do("PATCH", "/api/session", map[string]any{"password": chosen, "old_password": "wrong-9-guess"}).Want(422)
		here.Do("PATCH", "/api/session", map[string]any{"password": "123456", "old_password": apptest.Password}).Want(422)
		here.Do("PATCH", "/api/session", map[string]any{"password": chosen, "old_password": apptest.Password}).Want(200)
		here.Do("GET", "/api/session", nil).Want(200)
		elsewhere.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		h.Stranger().Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Code(401, "login_failed")
		h.Stranger().Do("POST", "/api/session", map[string]any{"account": "desk1", "password": chosen}).Want(200)
	})
}

// The lock opens by itself after its time, and the answer tells nobody who has an account.
func TestLockOpensAgain(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			var watch clock
			h := apptest.StartWith(t, engine, func(c *app.Config) { c.Now = watch.now })
			h.Employ("desk1", "CS_OFFICER", h.JLHY)
			c := h.Stranger()
			for _, login := range []string{"desk1", "nobody"} {
				for range 5 {
					c.Do("POST", "/api/session", map[string]any{"account": login, "password": "wrong-9-guess"}).Code(401, "login_failed")
				}
				c.Do("POST", "/api/session", map[string]any{"account": login, "password": apptest.Password}).Code(429, "locked")
			}
			watch.pass(31 * time.Second)
			c.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Want(200)
		})
	}
}

// A one-time code cannot be tried out, is good once and not for long.
func TestOneTimeCodesCannotBeGuessed(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			var watch clock
			h := apptest.StartWith(t, engine, func(c *app.Config) { c.Now = watch.now })
			h.Room("1-1-101", "林晓", "13800000001")
			h.Room("1-1-102", "周宁", "13800000002")
			c := h.Stranger()
			send := func(phone string) string {
				code, _ := c.Do("POST", "/api/session/code", map[string]any{"phone": phone}).Want(200).JSON()["demo_code"].(string)
				return code
			}
			code := send("13800000001")
			if len(code) != 6 {
				t.Fatalf("code %q", code)
			}
			locked := false
			for i := range 40 {
				guess := fmt.Sprintf("%06d", i)
				if guess == code {
					continue
				}
				answer := c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000001", "code": guess})
				locked = locked || answer.Status == 429
				if answer.Status != 401 && answer.Status != 429 {
					t.Fatalf("guess %d: %d %s", i, answer.Status, answer.Body)
				}
			}
			if !locked {
				t.Error("forty guesses and no lock")
			}
			watch.pass(20 * time.Minute)
			c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000001", "code": code}).Code(401, "login_failed")
			// Not another's, not twice, not too late.
			watch.pass(2 * time.Hour)
			one := send("13800000001")
			c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000002", "code": one}).Code(401, "login_failed")
			c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000001", "code": one}).Want(200)
			c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000001", "code": one}).Code(401, "login_failed")
			late := send("13800000002")
			watch.pass(6 * time.Minute)
			c.Do("POST", "/api/session/phone", map[string]any{"phone": "13800000002", "code": late}).Code(401, "login_failed")
		})
	}
}

// Outside a demonstration nothing of it shows.
func TestNoDemoOutsideTheDemo(t *testing.T) {
	h := apptest.StartWith(t, db.SQLite, func(c *app.Config) { c.Demo = false })
	h.Room("1-1-101", "林晓", "13800000001")
	c := h.Stranger()
	c.Do("GET", "/api/demo/accounts", nil).Code(404, "not_found")
	for _, phone := range []string{"13800000001", "13900000009"} {
		if answer := c.Do("POST", "/api/session/code", map[string]any{"phone": phone}); strings.Contains(string(answer.Body), "demo_code") {
			t.Errorf("the code is shown: %s", answer.Body)
		}
	}
	if document := c.Do("GET", "/api/openapi.json", nil).Want(200); strings.Contains(string(document.Body), "/api/demo/accounts") {
		t.Error("the document offers demo accounts")
	}
	h.Employ("desk1", "CS_OFFICER", h.JLHY)
	if me := h.LogIn("desk1").Do("GET", "/api/session", nil).Want(200).JSON(); me["demo"] != false {
		t.Errorf("demo: %v", me["demo"])
	}
}

// Another site cannot make a browser write, whatever form it uses.
func TestOtherSitesCannotWrite(t *testing.T) {
	h := apptest.Start(t, db.SQLite)
	c := h.Manager()
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
		{"Origin", "https://evil.example", "Content-Type", "text/plain"}} {
		for _, try := range [][2]string{{"POST", "/api/buildings"}, {"PATCH", "/api/session"}, {"DELETE", "/api/session"}, {"POST", "/api/session"}, {"POST", "/api/files"}, {"POST", "/api/flow/cases"}} {
			c.Do(try[0], try[1], "{}", headers...).Code(403, "cross_origin")
		}
	}
	c.Do("GET", "/api/session", nil).Want(200)
	answer := c.Do("GET", "/api/session", nil, "Origin", "https://evil.example").Want(200)
	for name := range answer.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("another site may read: %s", name)
		}
	}
	for name, want := range map[string]string{"X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if answer.Header.Get(name) != want {
			t.Errorf("%s: %q", name, answer.Header.Get(name))
		}
	}
}

// Behind a proxy that ends the encryption the cookie is for encrypted ways only; from
// anybody else the same headers mean nothing.
func TestCookieBehindProxy(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		h := apptest.StartWith(t, db.SQLite, func(c *app.Config) {
			if trusted {
				c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
			}
		})
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		answer := h.Stranger().Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}, "X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.9").Want(200)
		if cookie := answer.Header.Get("Set-Cookie"); strings.Contains(cookie, "Secure") != trusted || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "Path=/") {
			t.Errorf("trusted %v: %q", trusted, cookie)
		}
		if strict := answer.Header.Get("Strict-Transport-Security"); (strict != "") != trusted {
			t.Errorf("trusted %v: %q", trusted, strict)
		}
	}
}
