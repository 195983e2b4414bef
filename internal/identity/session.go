package identity

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// How long a session lives without being used, and at most.
const (
	staffIdle     = 12 * time.Hour
	staffLongest  = 7 * 24 * time.Hour
	residentIdle  = 30 * 24 * time.Hour
	residentLimit = 180 * 24 * time.Hour
	touchEvery    = 5 * time.Minute
)

func lifetime(kind access.Kind) (idle, longest time.Duration) {
	if kind == access.Resident {
		return residentIdle, residentLimit
	}
	return staffIdle, staffLongest
}

// Attempt is a try to log in with a password.
type Attempt struct {
	Login    string
	Password string
	// Code of the second factor, or a recovery code; empty when not asked yet.
	Code   string
	IP     string
	Device string
	// Replaces is the token the browser still holds; it is ended, so that a
	// token planted before the login is worth nothing after it.
	Replaces string
}

// Login is a fresh session. The token is shown once and not kept.
type Login struct {
	Token   string
	Session Session
	Account *Account
}

// Session is a login on one device, or a machine's token.
type Session struct {
	ID        db.ID
	AccountID db.ID
	Machine   bool
	Name      string // device, or what the token is for
	IP        string
	CreatedAt int64
	SeenAt    int64
	ExpiresAt int64
}

// ErrLogin is the one answer to every wrong account, password or code.
var ErrLogin = problem.New(http.StatusUnauthorized, "login_failed",
	"账号或密码不对，请核对后再试", "The account or the password is wrong; check them and try again")

// ErrCodeNeeded asks for the second factor.
var ErrCodeNeeded = problem.New(http.StatusUnauthorized, "totp_required",
	"请输入动态验证码", "Enter the code of your authenticator app")

// LogIn checks a password (and the second factor where there is one) of a member
// of staff and opens a session. Refusals are ErrLogin, ErrCodeNeeded and *Locked.
func (s *Service) LogIn(ctx context.Context, t Attempt) (*Login, error) {
	if err := s.begin(ctx, access.Staff, t.Login, t.IP); err != nil {
		return nil, err
	}
	a, err := s.Find(ctx, s.db.Reader(), access.Staff, t.Login)
	if err != nil {
		return nil, err
	}
	stored := ""
	if a != nil {
		stored = a.password
	}
	// An unknown account takes as long as a wrong password.
	if good := s.matches(stored, t.Password); !good || a.DisabledAt > 0 {
		return nil, ErrLogin
	}
	if a.TOTP {
		if strings.TrimSpace(t.Code) == "" {
			// The password was right: the attempt is not a failure, but neither does
			// it clear the failures before, or guessing of codes would be free.
			err := s.db.Write(ctx, func(tx *db.Tx) error {
				if err := takeBack(ctx, tx, addressSubject(t.IP), addressFailures); err != nil {
					return err
				}
				return takeBack(ctx, tx, accountSubject(access.Staff, t.Login), accountFailures)
			})
			return nil, errors.Join(err, ErrCodeNeeded)
		}
		good, err := s.secondFactor(ctx, a, t.Code)
		if err != nil {
			return nil, err
		}
		if !good {
			return nil, ErrLogin
		}
	}
	return s.open(ctx, a, t)
}

// open makes the session of a proven account.
func (s *Service) open(ctx context.Context, a *Account, t Attempt) (*Login, error) {
	login := &Login{Token: newSecret(), Account: a}
	idle, _ := lifetime(a.Kind)
	who := &access.Principal{AccountID: a.ID, PersonID: a.PersonID, Kind: a.Kind, Name: a.Name, Lang: a.Language, IP: t.IP, Device: t.Device}
	ctx = access.With(ctx, who)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		now := tx.Now()
		login.Session = Session{ID: tx.NewID(), AccountID: a.ID, Name: shorten(t.Device), IP: t.IP,
			CreatedAt: now, SeenAt: now, ExpiresAt: now + ms(idle)}
		if err := insertSession(ctx, tx, login.Session, login.Token); err != nil {
			return err
		}
		if t.Replaces != "" {
			if _, err := tx.ExecContext(ctx, `UPDATE identity_session SET revoked_at = $1 WHERE token_hash = $2 AND revoked_at = 0`,
				now, digest(t.Replaces)); err != nil {
				return err
			}
		}
		if err := forgive(ctx, tx, a.Kind, a.Login, t.IP); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "login", Object: "logins", ObjectID: a.ID})
	})
	if err != nil {
		return nil, err
	}
	s.options.Changed()
	return login, nil
}

func insertSession(ctx context.Context, tx *db.Tx, n Session, token string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_session (id, token_hash, account_id, machine, name, ip, created_at, seen_at, expires_at, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`,
		n.ID, digest(token), n.AccountID, flag(n.Machine), n.Name, n.IP, n.CreatedAt, n.SeenAt, n.ExpiresAt)
	return err
}

func shorten(device string) string {
	if r := []rune(device); len(r) > 200 {
		return string(r[:200])
	}
	return device
}

const sessionColumns = `s.id, s.account_id, s.machine, s.name, s.ip, s.created_at, s.seen_at, s.expires_at`

func sessionFields(n *Session, machine *int64) []any {
	return []any{&n.ID, &n.AccountID, machine, &n.Name, &n.IP, &n.CreatedAt, &n.SeenAt, &n.ExpiresAt}
}

// Session returns the live session and account of a token, or nil. With machine
// it looks for a bearer token, otherwise for a person's session. Using a
// person's session prolongs it.
func (s *Service) Session(ctx context.Context, token string, machine bool) (*Session, *Account, error) {
	var n Session
	var a Account
	var isMachine, mustChange int64
	now := s.db.Now()
	row := s.db.Reader().QueryRowContext(ctx, `SELECT `+sessionColumns+`, a.kind, a.login, a.name, a.person_id, a.language, a.must_change, a.totp_secret
		FROM identity_session s JOIN identity_account a ON a.id = s.account_id
		WHERE s.token_hash = $1 AND s.machine = $2 AND s.revoked_at = 0 AND s.expires_at > $3 AND a.disabled_at = 0`,
		digest(token), flag(machine), now)
	err := row.Scan(append(sessionFields(&n, &isMachine), &a.Kind, &a.Login, &a.Name, &a.PersonID, &a.Language, &mustChange, &a.totpSecret)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	n.Machine, a.ID, a.MustChange, a.TOTP = isMachine == 1, n.AccountID, mustChange == 1, a.totpSecret != ""
	if now-n.SeenAt > ms(touchEvery) {
		s.touch(ctx, &n, a.Kind)
	}
	return &n, &a, nil
}

// touch notes that a session is in use. Failing to do so is not worth refusing
// the request: the session then just ends earlier.
func (s *Service) touch(ctx context.Context, n *Session, kind access.Kind) {
	idle, longest := lifetime(kind)
	expires := n.ExpiresAt
	if !n.Machine {
		expires = min(s.db.Now()+ms(idle), n.CreatedAt+ms(longest))
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE identity_session SET seen_at = $1, expires_at = $2 WHERE id = $3 AND revoked_at = 0`, tx.Now(), expires, n.ID)
		return err
	})
	if err == nil {
		n.SeenAt, n.ExpiresAt = s.db.Now(), expires
	}
}

// Sessions lists an account's live sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, account db.ID) ([]Session, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT `+sessionColumns+` FROM identity_session s
		WHERE s.account_id = $1 AND s.revoked_at = 0 AND s.expires_at > $2 ORDER BY s.seen_at DESC, s.id DESC LIMIT 200`, account, s.db.Now())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Session
	for rows.Next() {
		var n Session
		var machine int64
		if err := rows.Scan(sessionFields(&n, &machine)...); err != nil {
			return nil, err
		}
		n.Machine = machine == 1
		list = append(list, n)
	}
	return list, rows.Err()
}

// Revoke ends one session or token of the account; sql.ErrNoRows if it is not
// the account's or has ended.
func (s *Service) Revoke(ctx context.Context, account, session db.ID) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		err := db.ExecOne(ctx, tx, `UPDATE identity_session SET revoked_at = $1 WHERE id = $2 AND account_id = $3 AND revoked_at = 0`,
			tx.Now(), session, account)
		if errors.Is(err, db.ErrStale) {
			return db.ErrNotFound
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "logout", Object: "logins", ObjectID: account})
	})
	s.options.Changed()
	return err
}

// revokeAll ends all sessions of an account but keep.
func revokeAll(ctx context.Context, tx *db.Tx, account, keep db.ID) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_session SET revoked_at = $1 WHERE account_id = $2 AND id <> $3 AND revoked_at = 0 AND machine = 0`,
		tx.Now(), account, keep)
	return err
}

// NewToken makes a bearer token for a machine account, valid for the given time.
func (s *Service) NewToken(ctx context.Context, account db.ID, name string, valid time.Duration) (string, Session, error) {
	token := "lf_" + newSecret()
	var n Session
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		a, err := s.Account(ctx, tx, account)
		if err != nil {
			return err
		}
		if a.Kind != access.Machine {
			return problem.Invalid().At("/account", "只有接口账号才能有令牌", "Only machine accounts have tokens")
		}
		n = Session{ID: tx.NewID(), AccountID: account, Machine: true, Name: shorten(name),
			CreatedAt: tx.Now(), SeenAt: tx.Now(), ExpiresAt: tx.Now() + ms(valid)}
		if err := insertSession(ctx, tx, n, token); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "token", Object: "logins", ObjectID: account, Note: n.Name})
	})
	return token, n, err
}
