package api

import (
	"context"
	"net/http"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/problem"
)

// Me is who is logged in and what the apps may show them.
type Me struct {
	Account     string       `json:"account"`
	Name        string       `json:"name"`
	Kind        string       `json:"kind" enum:"staff,resident,machine"`
	PersonID    db.ID        `json:"person_id"`
	Language    string       `json:"language" doc:"zh, en, or empty: as the browser says"`
	Positions   []MyPosition `json:"positions"`
	Projects    []MyProject  `json:"projects"`
	Permissions []string     `json:"permissions"`
	MustChange  bool         `json:"must_change" doc:"the password must be changed first"`
	TOTP        bool         `json:"totp" doc:"a second factor is set up"`
	Demo        bool         `json:"demo"`
	Rooms       []MyRoom     `json:"rooms,omitempty" doc:"residents: the rooms they own or live in"`
}

// MyPosition is a position held, with the unit it is held in.
type MyPosition struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
	Unit string `json:"unit"`
}

// MyProject is a project the caller works in.
type MyProject struct {
	ID   db.ID  `json:"id"`
	Code string `json:"code"`
	Name string `json:"name"`
}

// MyRoom is a room of a resident.
type MyRoom struct {
	ID        db.ID  `json:"id"`
	Code      string `json:"code"`
	Label     string `json:"label"`
	ProjectID db.ID  `json:"project_id"`
	Relation  string `json:"relation" doc:"owner, tenant or family"`
}

// DemoAccount is shown on the login page of a demonstration.
type DemoAccount struct {
	Account  string `json:"account"`
	Password string `json:"password"`
	Name     string `json:"name"`
	Zh       string `json:"position_zh"`
	En       string `json:"position_en"`
	App      string `json:"app" enum:"console,staff,owner"`
}

// SessionDesk is what the session operations need.
type SessionDesk struct {
	Identity *identity.Service
	// Describe adds positions, projects and rooms to Me.
	Describe func(ctx context.Context, who *access.Principal, me *Me) error
	// Who makes the principal of an account, with its grants.
	Who func(ctx context.Context, account *identity.Account) (*access.Principal, error)
	// Demo lists the accounts to show on the login page; nil when not in demo mode.
	Demo func(ctx context.Context) ([]DemoAccount, error)
}

// meAnswer is Me with the cookie that goes with it.
type meAnswer struct {
	Me
	cookie *http.Cookie
}

func (a *meAnswer) SetHeaders(h http.Header) {
	if a.cookie != nil {
		h.Add("Set-Cookie", a.cookie.String())
	}
}

func sessionCookie(ctx context.Context, token string, until int64, now int64) *http.Cookie {
	c := &http.Cookie{Name: SessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, //nolint:gosec // Secure follows the connection: the product must also run without TLS in a house
		Secure: requestOf(ctx).https, MaxAge: int((until - now) / 1000)}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

func attempt(ctx context.Context) identity.Attempt {
	r := HTTPRequest(ctx)
	t := identity.Attempt{IP: RemoteIP(ctx), Device: r.UserAgent()}
	if cookie, err := r.Cookie(SessionCookie); err == nil {
		t.Replaces = cookie.Value
	}
	return t
}

// Sessions adds logging in and out, the own password, second factor and devices.
func Sessions(desk SessionDesk) Module {
	return func(s *Server) {
		desk.logIn(s)
		desk.own(s)
		desk.devices(s)
		desk.secondFactor(s)
	}
}

func (desk SessionDesk) logIn(s *Server) {
	entered := func(ctx context.Context, login *identity.Login) (*meAnswer, error) {
		who, err := desk.Who(ctx, login.Account)
		if err != nil {
			return nil, err
		}
		out, err := desk.me(ctx, who, login.Account)
		if err != nil {
			return nil, err
		}
		// The browser keeps the cookie as long as the session may be prolonged;
		// the server decides when it ends.
		out.cookie = sessionCookie(ctx, login.Token, s.config.DB.Now()+(180*24*time.Hour).Milliseconds(), s.config.DB.Now())
		return out, nil
	}
	type logIn struct {
		Body struct {
			Account  string `json:"account" minLength:"1" maxLength:"60"`
			Password string `json:"password" minLength:"1" maxLength:"128"`
			TOTP     string `json:"totp,omitempty" maxLength:"40" doc:"code of the authenticator app, or a recovery code"`
		}
	}
	Add(s, Op{Method: "POST", Path: "/api/session", ID: "logIn", Permission: Public, Tag: "session", Guarded: true,
		Zh: "用账号和密码登录", En: "Log in with account and password"},
		func(ctx context.Context, in *logIn) (*meAnswer, error) {
			t := attempt(ctx)
			t.Login, t.Password, t.Code = in.Body.Account, in.Body.Password, in.Body.TOTP
			login, err := desk.Identity.LogIn(ctx, t)
			if err != nil {
				return nil, err
			}
			return entered(ctx, login)
		})
	type codeIn struct {
		Body struct {
			Phone string `json:"phone" maxLength:"20"`
		}
	}
	type codeOut struct {
		Sent     bool   `json:"sent"`
		DemoCode string `json:"demo_code,omitempty" doc:"demo mode only"`
	}
	Add(s, Op{Method: "POST", Path: "/api/session/code", ID: "sendCode", Permission: Public, Tag: "session", Guarded: true,
		Zh: "向业主手机发送验证码", En: "Send a one-time code to a resident's phone"},
		func(ctx context.Context, in *codeIn) (*codeOut, error) {
			shown, err := desk.Identity.SendCode(ctx, in.Body.Phone, RemoteIP(ctx))
			return &codeOut{Sent: true, DemoCode: shown}, err
		})
	type phoneIn struct {
		Body struct {
			Phone string `json:"phone" maxLength:"20"`
			Code  string `json:"code" maxLength:"10"`
		}
	}
	Add(s, Op{Method: "POST", Path: "/api/session/phone", ID: "logInByPhone", Permission: Public, Tag: "session", Guarded: true,
		Zh: "用手机验证码登录", En: "Log in with a phone and a one-time code"},
		func(ctx context.Context, in *phoneIn) (*meAnswer, error) {
			login, err := desk.Identity.LogInByCode(ctx, in.Body.Phone, in.Body.Code, attempt(ctx))
			if err != nil {
				return nil, err
			}
			return entered(ctx, login)
		})
	if desk.Demo != nil {
		type demoOut struct {
			Items []DemoAccount `json:"items"`
		}
		Add(s, Op{Method: "GET", Path: "/api/demo/accounts", ID: "demoAccounts", Permission: Public, Tag: "session",
			Zh: "演示账号", En: "Demo accounts"},
			func(ctx context.Context, _ *Nothing) (*demoOut, error) {
				list, err := desk.Demo(ctx)
				return &demoOut{Items: list}, err
			})
	}
}

func (desk SessionDesk) me(ctx context.Context, who *access.Principal, a *identity.Account) (*meAnswer, error) {
	out := &meAnswer{Me: Me{Account: a.Login, Name: a.Name, Kind: string(a.Kind), PersonID: a.PersonID, Language: a.Language,
		MustChange: a.MustChange, TOTP: a.TOTP, Demo: desk.Demo != nil, Permissions: who.Permissions()}}
	return out, desk.Describe(access.With(ctx, who), who, &out.Me)
}

// current finds the session at hand.
func (desk SessionDesk) current(ctx context.Context) (*identity.Session, *identity.Account, error) {
	var token string
	if cookie, err := HTTPRequest(ctx).Cookie(SessionCookie); err == nil {
		token = cookie.Value
	}
	n, a, err := desk.Identity.Session(ctx, token, false)
	if err == nil && n == nil {
		err = problem.Unauthenticated()
	}
	return n, a, err
}

func (desk SessionDesk) own(s *Server) {
	Add(s, Op{Method: "GET", Path: "/api/session", ID: "me", Permission: Authenticated, Tag: "session",
		Zh: "当前登录人", En: "Who is logged in"},
		func(ctx context.Context, _ *Nothing) (*meAnswer, error) {
			who := access.From(ctx)
			a, err := desk.Identity.Account(ctx, s.config.DB.Reader(), who.AccountID)
			if err != nil {
				return nil, err
			}
			return desk.me(ctx, who, a)
		})
	type patch struct {
		Body struct {
			Language    string `json:"language,omitempty" enum:"zh,en"`
			OldPassword string `json:"old_password,omitempty" maxLength:"128"`
			Password    string `json:"password,omitempty" maxLength:"128"`
		}
	}
	Add(s, Op{Method: "PATCH", Path: "/api/session", ID: "changeMe", Permission: Authenticated, Tag: "session",
		Zh: "修改语言或密码", En: "Change the language or the password"},
		func(ctx context.Context, in *patch) (*meAnswer, error) {
			n, a, err := desk.current(ctx)
			if err != nil {
				return nil, err
			}
			if in.Body.Password != "" {
				if err := desk.Identity.ChangePassword(ctx, a.ID, in.Body.OldPassword, in.Body.Password, n.ID, RemoteIP(ctx)); err != nil {
					return nil, err
				}
			}
			if in.Body.Language != "" {
				if err := desk.Identity.SetLanguage(ctx, a.ID, in.Body.Language); err != nil {
					return nil, err
				}
			}
			if a, err = desk.Identity.Account(ctx, s.config.DB.Reader(), a.ID); err != nil {
				return nil, err
			}
			who, err := desk.Who(ctx, a) // changing the first password brings the rights
			if err != nil {
				return nil, err
			}
			return desk.me(ctx, who, a)
		})
	Add(s, Op{Method: "DELETE", Path: "/api/session", ID: "logOut", Permission: Authenticated, Tag: "session",
		Zh: "退出登录", En: "Log out"},
		func(ctx context.Context, _ *Nothing) (*loggedOut, error) {
			n, a, err := desk.current(ctx)
			if err != nil {
				return nil, err
			}
			return &loggedOut{sessionCookie(ctx, "", 0, 0)}, desk.Identity.Revoke(ctx, a.ID, n.ID)
		})
}

// loggedOut takes the cookie away.
type loggedOut struct{ cookie *http.Cookie }

// Respond writes 204.
func (out *loggedOut) Respond(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Add("Set-Cookie", out.cookie.String())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (desk SessionDesk) devices(s *Server) {
	type device struct {
		ID        db.ID  `json:"id"`
		Device    string `json:"device"`
		IP        string `json:"ip"`
		CreatedAt int64  `json:"created_at"`
		SeenAt    int64  `json:"seen_at"`
		ExpiresAt int64  `json:"expires_at"`
		Current   bool   `json:"current"`
		Token     bool   `json:"token" doc:"a bearer token rather than a person's session"`
	}
	type devicesOut struct {
		Items []device `json:"items"`
	}
	Add(s, Op{Method: "GET", Path: "/api/sessions", ID: "devices", Permission: Authenticated, Tag: "session",
		Zh: "已登录的设备", En: "Devices that are logged in"},
		func(ctx context.Context, _ *Nothing) (*devicesOut, error) {
			list, err := desk.Identity.Sessions(ctx, access.From(ctx).AccountID)
			if err != nil {
				return nil, err
			}
			var here db.ID
			if n, _, err := desk.current(ctx); err == nil {
				here = n.ID
			}
			out := &devicesOut{}
			for _, n := range list {
				out.Items = append(out.Items, device{n.ID, n.Name, n.IP, n.CreatedAt, n.SeenAt, n.ExpiresAt, n.ID == here, n.Machine})
			}
			return out, nil
		})
	type byID struct {
		ID db.ID `path:"id"`
	}
	Add(s, Op{Method: "DELETE", Path: "/api/sessions/{id}", ID: "logOutDevice", Permission: Authenticated, Tag: "session",
		Zh: "让一台设备退出登录", En: "Log a device out"},
		func(ctx context.Context, in *byID) (*Nothing, error) {
			return nil, desk.Identity.Revoke(ctx, access.From(ctx).AccountID, in.ID)
		})
}

func (desk SessionDesk) secondFactor(s *Server) {
	type passwordIn struct {
		Body struct {
			Password string `json:"password" maxLength:"128"`
		}
	}
	type offer struct {
		Secret  string `json:"secret"`
		Address string `json:"address" doc:"otpauth:// address for the QR code"`
	}
	Add(s, Op{Method: "POST", Path: "/api/session/totp", ID: "offerTotp", Permission: Staff, Tag: "session",
		Zh: "申请动态验证码", En: "Begin to set up the authenticator app"},
		func(ctx context.Context, in *passwordIn) (*offer, error) {
			account := access.From(ctx).AccountID
			if err := desk.Identity.CheckOwn(ctx, account, in.Body.Password, RemoteIP(ctx)); err != nil {
				return nil, err
			}
			secret, address, err := desk.Identity.OfferTOTP(ctx, account)
			return &offer{secret, address}, err
		})
	type confirmIn struct {
		Body struct {
			Code string `json:"code" maxLength:"10"`
		}
	}
	type codes struct {
		Recovery []string `json:"recovery" doc:"each works once; shown only now"`
	}
	Add(s, Op{Method: "PUT", Path: "/api/session/totp", ID: "confirmTotp", Permission: Staff, Tag: "session",
		Zh: "启用动态验证码", En: "Switch the authenticator app on"},
		func(ctx context.Context, in *confirmIn) (*codes, error) {
			list, err := desk.Identity.ConfirmTOTP(ctx, access.From(ctx).AccountID, in.Body.Code)
			return &codes{list}, err
		})
	Add(s, Op{Method: "DELETE", Path: "/api/session/totp", ID: "dropTotp", Permission: Staff, Tag: "session",
		Zh: "停用动态验证码", En: "Switch the authenticator app off"},
		func(ctx context.Context, in *passwordIn) (*Nothing, error) {
			account := access.From(ctx).AccountID
			if err := desk.Identity.CheckOwn(ctx, account, in.Body.Password, RemoteIP(ctx)); err != nil {
				return nil, err
			}
			return nil, desk.Identity.DropTOTP(ctx, account)
		})
}
