package identity_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/problem"
)

const password = "granite-7-lantern"

// house is a service with one cashier, one registered phone and a clock to turn.
type house struct {
	*identity.Service
	clock   *atomic.Int64
	account db.ID
	changed atomic.Int64
}

func each(t *testing.T, fn func(t *testing.T, h *house)) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			h := &house{clock: new(atomic.Int64)}
			h.clock.Store(1_795_000_000_000)
			options := dbtest.Options(t, engine)
			options.Now = h.clock.Load
			d, err := db.Open(context.Background(), options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			h.Service = identity.New(d, identity.Options{
				ShowCode: true,
				Changed:  func() { h.changed.Add(1) },
				Residents: func(_ context.Context, phone string) (identity.Resident, bool, error) {
					return identity.Resident{PersonID: 77, Name: "林晓"}, phone == "13800000001", nil
				},
			})
			h.account, err = h.Create(context.Background(), identity.NewAccount{
				Kind: access.Staff, Login: "Cashier", Name: "周敏", PersonID: 5, Password: password})
			if err != nil {
				t.Fatal(err)
			}
			fn(t, h)
		})
	}
}

func (h *house) forward(d time.Duration) { h.clock.Add(d.Milliseconds()) }

func (h *house) logIn(t *testing.T) *identity.Login {
	t.Helper()
	login, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: password, IP: "10.0.0.1", Device: "test"})
	if err != nil {
		t.Fatalf("log in: %v", err)
	}
	return login
}

func (h *house) live(t *testing.T, token string) bool {
	t.Helper()
	n, _, err := h.Session(t.Context(), token, false)
	if err != nil {
		t.Fatal(err)
	}
	return n != nil
}

func code(err error) string {
	if p, ok := problem.As(err); ok {
		return p.Code
	}
	return ""
}

func TestLogInAndOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		login, err := h.LogIn(t.Context(), identity.Attempt{Login: " CASHIER ", Password: password, Device: "Chromium"})
		if err != nil {
			t.Fatal(err)
		}
		n, a, err := h.Session(t.Context(), login.Token, false)
		if err != nil || n == nil || a.Name != "周敏" || a.PersonID != 5 || n.Name != "Chromium" {
			t.Fatalf("session %+v, account %+v, %v", n, a, err)
		}
		if machine, _, _ := h.Session(t.Context(), login.Token, true); machine != nil {
			t.Error("a person's session works as a bearer token")
		}
		if err := h.Revoke(t.Context(), h.account, login.Session.ID); err != nil {
			t.Fatal(err)
		}
		if h.live(t, login.Token) {
			t.Error("the session outlives its revocation")
		}
		if err := h.Revoke(t.Context(), h.account, login.Session.ID); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("revoking twice: %v", err)
		}
		if h.changed.Load() == 0 {
			t.Error("caches were not told")
		}
	})
}

func TestWrongLoginsLookTheSame(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, attempt := range []identity.Attempt{
			{Login: "cashier", Password: "wrong-1-password"},
			{Login: "nobody", Password: password},
			{Login: "", Password: ""},
		} {
			if _, err := h.LogIn(t.Context(), attempt); !errors.Is(err, identity.ErrLogin) {
				t.Errorf("%q: %v", attempt.Login, err)
			}
		}
		if err := h.Disable(t.Context(), h.account, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: password}); !errors.Is(err, identity.ErrLogin) {
			t.Errorf("a closed account: %v", err)
		}
	})
}

func TestLockOutGrows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		attempt := identity.Attempt{Login: "cashier", Password: "wrong-1-password", IP: "10.0.0.9"}
		for range 5 {
			if _, err := h.LogIn(t.Context(), attempt); !errors.Is(err, identity.ErrLogin) {
				t.Fatalf("before the lock: %v", err)
			}
		}
		var waits []time.Duration
		for range 3 {
			_, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: password, IP: "10.0.0.1"})
			var locked *identity.Locked
			if !errors.As(err, &locked) {
				t.Fatalf("locked: got %v", err)
			}
			waits = append(waits, locked.Wait)
			h.forward(locked.Wait + time.Second)
			if _, err := h.LogIn(t.Context(), attempt); !errors.Is(err, identity.ErrLogin) {
				t.Fatalf("after the wait: %v", err)
			}
		}
		if waits[0] != 30*time.Second || waits[1] != time.Minute || waits[2] != 2*time.Minute {
			t.Errorf("waits %v, want 30s 1m 2m", waits)
		}
		h.forward(15 * time.Minute)
		h.logIn(t)
		if _, err := h.LogIn(t.Context(), attempt); !errors.Is(err, identity.ErrLogin) {
			t.Errorf("a success must clear the count: %v", err)
		}
	})
}

func TestParallelGuessesAreCounted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var wrong, locked atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				_, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: "wrong-1-password"})
				switch code(err) {
				case "login_failed":
					wrong.Add(1)
				case "locked":
					locked.Add(1)
				}
			})
		}
		all.Wait()
		if wrong.Load() != 5 || locked.Load() != 15 {
			t.Errorf("%d looked at, %d locked; want 5 and 15", wrong.Load(), locked.Load())
		}
	})
}

func TestOneAddressManyAccounts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		last := error(nil)
		for i := range 31 {
			_, last = h.LogIn(t.Context(), identity.Attempt{Login: "guess" + string(rune('a'+i)), Password: "x", IP: "10.9.9.9"})
		}
		if code(last) != "locked" {
			t.Errorf("the 31st guess from one address: %v", last)
		}
		h.logIn(t) // others are not affected
	})
}

func TestSlidingExpiry(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		login := h.logIn(t)
		for range 10 {
			h.forward(11 * time.Hour)
			if !h.live(t, login.Token) {
				t.Fatal("a session in use ended")
			}
		}
		h.forward(13 * time.Hour)
		if h.live(t, login.Token) {
			t.Error("an idle session lives on")
		}
		login = h.logIn(t)
		for range 7*24/11 + 1 {
			h.forward(11 * time.Hour)
			h.live(t, login.Token)
		}
		if h.live(t, login.Token) {
			t.Error("a session lives longer than a week")
		}
	})
}

func TestLoginReplacesPlantedToken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		planted := h.logIn(t)
		login, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: password, Replaces: planted.Token})
		if err != nil {
			t.Fatal(err)
		}
		if login.Token == planted.Token || h.live(t, planted.Token) || !h.live(t, login.Token) {
			t.Error("the token from before the login is still good")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		here, there := h.logIn(t), h.logIn(t)
		const next = "basalt-9-kettle"
		if err := h.ChangePassword(t.Context(), h.account, "wrong-1-password", next, here.Session.ID, ""); code(err) != "invalid" {
			t.Errorf("wrong old password: %v", err)
		}
		if err := h.ChangePassword(t.Context(), h.account, password, "short1", here.Session.ID, ""); code(err) != "invalid" {
			t.Errorf("weak password: %v", err)
		}
		if err := h.ChangePassword(t.Context(), h.account, password, next, here.Session.ID, ""); err != nil {
			t.Fatal(err)
		}
		if !h.live(t, here.Token) || h.live(t, there.Token) {
			t.Error("only the other sessions should have ended")
		}
		if _, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: next}); err != nil {
			t.Errorf("new password: %v", err)
		}
	})
}

func TestSecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, address, err := h.OfferTOTP(t.Context(), h.account)
		if err != nil || !strings.HasPrefix(address, "otpauth://totp/Lifang:cashier?") {
			t.Fatalf("offer: %q %v", address, err)
		}
		now := func() string {
			code, err := totp.GenerateCode(secret, time.UnixMilli(h.clock.Load()))
			if err != nil {
				t.Fatal(err)
			}
			return code
		}
		if _, err := h.ConfirmTOTP(t.Context(), h.account, "000000"); code(err) != "invalid" {
			t.Errorf("wrong confirmation: %v", err)
		}
		h.logIn(t) // not on yet
		recovery, err := h.ConfirmTOTP(t.Context(), h.account, now())
		if err != nil || len(recovery) != 10 {
			t.Fatalf("confirm: %v %v", recovery, err)
		}
		try := func(code string) error {
			_, err := h.LogIn(t.Context(), identity.Attempt{Login: "cashier", Password: password, Code: code})
			return err
		}
		if err := try(""); !errors.Is(err, identity.ErrCodeNeeded) {
			t.Errorf("without code: %v", err)
		}
		if err := try(now()); !errors.Is(err, identity.ErrLogin) {
			t.Errorf("the confirming code works twice: %v", err)
		}
		h.forward(time.Minute)
		if err := try(now()); err != nil {
			t.Errorf("good code: %v", err)
		}
		if err := try(now()); !errors.Is(err, identity.ErrLogin) {
			t.Errorf("the same code again: %v", err)
		}
		if err := try(strings.ToUpper(recovery[3])); err != nil {
			t.Errorf("recovery code: %v", err)
		}
		if err := try(recovery[3]); !errors.Is(err, identity.ErrLogin) {
			t.Errorf("recovery code twice: %v", err)
		}
		if err := h.DropTOTP(t.Context(), h.account); err != nil {
			t.Fatal(err)
		}
		h.logIn(t)
	})
}

func TestCodeByPhone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const phone = "13800000001"
		if _, err := h.SendCode(t.Context(), "12345", ""); code(err) != "invalid" {
			t.Errorf("not a phone: %v", err)
		}
		if shown, err := h.SendCode(t.Context(), "13900000009", ""); err != nil || shown != "" {
			t.Errorf("unknown phone: %q %v", shown, err)
		}
		shown, err := h.SendCode(t.Context(), phone, "")
		if err != nil || len(shown) != 6 {
			t.Fatalf("send: %q %v", shown, err)
		}
		if _, err := h.LogInByCode(t.Context(), phone, "abcdef", identity.Attempt{}); !errors.Is(err, identity.ErrCode) {
			t.Errorf("wrong code: %v", err)
		}
		login, err := h.LogInByCode(t.Context(), phone, shown, identity.Attempt{})
		if err != nil || login.Account.Kind != access.Resident || login.Account.PersonID != 77 {
			t.Fatalf("log in: %+v %v", login, err)
		}
		if _, err := h.LogInByCode(t.Context(), phone, shown, identity.Attempt{}); !errors.Is(err, identity.ErrCode) {
			t.Errorf("used code: %v", err)
		}
		if shown, err = h.SendCode(t.Context(), phone, ""); err != nil {
			t.Fatal(err)
		}
		h.forward(6 * time.Minute)
		if _, err := h.LogInByCode(t.Context(), phone, shown, identity.Attempt{}); !errors.Is(err, identity.ErrCode) {
			t.Errorf("outdated code: %v", err)
		}
	})
}

func TestMachineTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if _, _, err := h.NewToken(t.Context(), h.account, "meter", time.Hour); code(err) != "invalid" {
			t.Errorf("a person's token: %v", err)
		}
		machine, err := h.Create(t.Context(), identity.NewAccount{Kind: access.Machine, Login: "meter", Name: "抄表网关"})
		if err != nil {
			t.Fatal(err)
		}
		token, _, err := h.NewToken(t.Context(), machine, "meter", time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if n, a, err := h.Session(t.Context(), token, true); err != nil || n == nil || a.Kind != access.Machine {
			t.Errorf("token: %+v %+v %v", n, a, err)
		}
		if h.live(t, token) {
			t.Error("a token works as a cookie")
		}
		h.forward(61 * time.Minute)
		if n, _, _ := h.Session(t.Context(), token, true); n != nil {
			t.Error("an outdated token works")
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for password, weak := range map[string]bool{
		"lifang2026": false, "granite-7-lantern": false, "里坊物业管理2026年": false,
		"short1": true, "alllettersonly": true, "1234567890": true, "xcashier99": true, "Admin1234": true,
		strings.Repeat("a1", 65): true,
	} {
		if got := identity.CheckPassword("cashier", password).At("/password") != nil; got != weak {
			t.Errorf("%q: weak %v, want %v", password, got, weak)
		}
	}
}

func TestTakenLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.Create(t.Context(), identity.NewAccount{Kind: access.Staff, Login: "CASHIER", Password: "quartz-5-window"})
		if code(err) != "account_taken" {
			t.Errorf("got %v", err)
		}
	})
}
