package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/app/apptest"
)

func TestLogInOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("Desk1", "CS_OFFICER", h.JLHY)
		c := h.Stranger()
		c.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		c.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": "wrong-9-guess"}).Code(401, "login_failed")
		answer := c.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Want(200)
		cookie := answer.Header.Get("Set-Cookie")
		if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || strings.Contains(cookie, "Secure") {
			t.Errorf("cookie %q", cookie)
		}
		var me struct {
			Account, Kind string
			Positions     []struct{ Code, Zh, En, Unit string }
			Projects      []struct{ Code string }
			Permissions   []string
			Demo          bool
		}
		c.Do("GET", "/api/session", nil).Want(200).Into(&me)
		if me.Account != "desk1" || me.Kind != "staff" || !me.Demo || len(me.Positions) != 1 || me.Positions[0].Code != "CS_OFFICER" ||
			len(me.Projects) != 1 || me.Projects[0].Code != "JLHY" || len(me.Permissions) == 0 {
			t.Errorf("me: %+v", me)
		}
		c.Do("PATCH", "/api/session", map[string]any{"language": "en"}).Want(200)
		c.Do("GET", "/api/nothing", nil)
		if got := c.Do("GET", "/api/sessions/1x", nil); got.Status != 405 && got.Status != 404 {
			t.Errorf("%d", got.Status)
		}
		old := c.Token
		c.Do("DELETE", "/api/session", nil).Want(204)
		c.Token = old
		c.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
	})
}

func TestOneDeviceLogsAnotherOut(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		phone, desk := h.LogIn("desk1"), h.LogIn("desk1")
		var list struct {
			Items []struct {
				ID      string
				Current bool
			}
		}
		desk.Do("GET", "/api/sessions", nil).Want(200).Into(&list)
		if len(list.Items) != 2 {
			t.Fatalf("%+v", list)
		}
		for _, device := range list.Items {
			if !device.Current {
				desk.Do("DELETE", "/api/sessions/"+device.ID, nil).Want(204)
			}
		}
		phone.Do("GET", "/api/session", nil).Code(401, "unauthenticated")
		desk.Do("GET", "/api/session", nil).Want(200)
	})
}

func TestLockOutOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		c := h.Stranger()
		for range 5 {
			c.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": "wrong-9-guess"}).Code(401, "login_failed")
		}
		locked := c.Do("POST", "/api/session", map[string]any{"account": "desk1", "password": apptest.Password}).Code(429, "locked")
		if locked.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	})
}

func TestSecondFactorOverHTTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		c := h.LogIn("desk1")
		c.Do("POST", "/api/session/totp", map[string]any{"password": "wrong-9-guess"}).Code(422, "invalid")
		offer := c.Do("POST", "/api/session/totp", map[string]any{"password": apptest.Password}).Want(200).JSON()
		code, err := totp.GenerateCode(offer["secret"].(string), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		recovery := c.Do("PUT", "/api/session/totp", map[string]any{"code": code}).Want(200).JSON()["recovery"].([]any)
		again := h.Stranger()
		login := map[string]any{"account": "desk1", "password": apptest.Password}
		again.Do("POST", "/api/session", login).Code(401, "totp_required")
		login["totp"] = recovery[0]
		again.Do("POST", "/api/session", login).Want(200)
	})
}

func TestResidentLogsInByPhone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		room := h.Room("1-1-101", "林晓", "13800000001")
		c := h.Resident("13800000001")
		var me struct {
			Name, Kind  string
			Rooms       []struct{ ID, Relation string }
			Permissions []string
		}
		c.Do("GET", "/api/session", nil).Want(200).Into(&me)
		if me.Name != "林晓" || me.Kind != "resident" || len(me.Rooms) != 1 || me.Rooms[0].ID != room.String() || me.Rooms[0].Relation != "owner" || len(me.Permissions) != 0 {
			t.Errorf("%+v", me)
		}
		c.Do("GET", "/api/rooms", nil).Code(403, "forbidden")
		stranger := h.Stranger()
		if sent := stranger.Do("POST", "/api/session/code", map[string]any{"phone": "13900000009"}).Want(200).JSON(); sent["demo_code"] != nil {
			t.Errorf("an unknown phone got a code: %v", sent)
		}
		stranger.Do("POST", "/api/session/phone", map[string]any{"phone": "13900000009", "code": "123456"}).Code(401, "login_failed")
	})
}

// A first password opens nothing but its own change.
func TestFirstPasswordMustBeChanged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, h *apptest.House) {
		h.Employ("desk1", "CS_OFFICER", h.JLHY)
		account, err := h.App.Identity.Find(t.Context(), h.App.DB.Reader(), access.Staff, "desk1")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.App.Identity.SetPassword(h.System(), account.ID, apptest.Password, true, 0); err != nil {
			t.Fatal(err)
		}
		c := h.LogIn("desk1")
		if me := c.Do("GET", "/api/session", nil).Want(200).JSON(); me["must_change"] != true {
			t.Errorf("%v", me)
		}
		c.Do("GET", "/api/rooms", nil).Code(403, "forbidden")
		c.Do("PATCH", "/api/session", map[string]any{"old_password": apptest.Password, "password": "short"}).Code(422, "invalid")
		me := c.Do("PATCH", "/api/session", map[string]any{"old_password": apptest.Password, "password": "basalt-9-kettle"}).Want(200).JSON()
		if me["must_change"] != false || len(me["permissions"].([]any)) == 0 {
			t.Errorf("after the change: %v", me)
		}
		c.Do("GET", "/api/rooms", nil).Want(200)
	})
}
