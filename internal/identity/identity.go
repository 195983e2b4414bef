// Package identity knows who may log in and who is logged in: accounts of staff,
// residents and machines, passwords, second factors, one-time codes to phones,
// sessions and bearer tokens.
//
// The main type is [Service].
//
//	ids := identity.New(d, identity.Options{Residents: findCustomer, SendCode: sendSMS})
//	login, err := ids.LogIn(ctx, identity.Attempt{Login: "cashier", Password: "…", IP: ip})
//	session, err := ids.Session(ctx, login.Token, false) // on each later request
//
// Passwords are kept as argon2id, tokens and codes as SHA-256 only. Guessing is
// slowed down per account and per address, in the database, so for all nodes.
//
// It must never decide what somebody may do (that is access and organisation),
// tell a stranger whether an account exists, or log a secret.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Options are what the service needs from others.
type Options struct {
	// Residents finds the customer behind a phone number; ok is false when the
	// number is not registered with any. Nil: residents cannot log in.
	Residents func(ctx context.Context, phone string) (who Resident, ok bool, err error)
	// SendCode delivers a one-time code inside the transaction that stores it,
	// usually by queueing a message. Nil: codes are not delivered (demo).
	SendCode func(ctx context.Context, tx *db.Tx, phone, code string) error
	// ShowCode gives the code back to the caller of SendCode: demo mode only.
	ShowCode bool
	// Changed is called after sessions or accounts changed, so that caches of
	// callers can be emptied.
	Changed func()
}

// Resident is the customer behind a phone number.
type Resident struct {
	PersonID db.ID
	Name     string
}

// Service does the work. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	options Options
	hashing chan struct{} // argon2 takes 19 MiB each: this many at a time
	tidy    *time.Timer
}

// New makes a service on an open database.
func New(d *db.DB, options Options) *Service {
	if options.Changed == nil {
		options.Changed = func() {}
	}
	tidy := time.AfterFunc(time.Hour, debug.FreeOSMemory)
	tidy.Stop()
	return &Service{db: d, options: options, hashing: make(chan struct{}, 2), tidy: tidy}
}

// Account is somebody or something that may log in.
type Account struct {
	ID         db.ID
	Kind       access.Kind
	Login      string
	Name       string
	PersonID   db.ID // employee or customer; 0 for machines
	Language   string
	MustChange bool
	TOTP       bool // a second factor is set up
	DisabledAt int64
	password   string
	totpSecret string
	totpStep   int64
}

const accountColumns = `id, kind, login, name, person_id, language, must_change, disabled_at, password, totp_secret, totp_step`

func scanAccount(row interface{ Scan(...any) error }) (*Account, error) {
	var a Account
	var mustChange int64
	err := row.Scan(&a.ID, &a.Kind, &a.Login, &a.Name, &a.PersonID, &a.Language, &mustChange, &a.DisabledAt,
		&a.password, &a.totpSecret, &a.totpStep)
	if err != nil {
		return nil, err
	}
	a.MustChange, a.TOTP = mustChange == 1, a.totpSecret != ""
	return &a, nil
}

// Account returns an account by id; sql.ErrNoRows if there is none.
func (s *Service) Account(ctx context.Context, q db.Queryer, id db.ID) (*Account, error) {
	return scanAccount(q.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM identity_account WHERE id = $1`, id))
}

// Find returns the account with this login, whatever its case; nil if there is none.
func (s *Service) Find(ctx context.Context, q db.Queryer, kind access.Kind, login string) (*Account, error) {
	a, err := scanAccount(q.QueryRowContext(ctx, `SELECT `+accountColumns+` FROM identity_account WHERE kind = $1 AND login = $2`,
		string(kind), fold(login)))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

func fold(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// NewAccount says what an account is made from.
type NewAccount struct {
	Kind     access.Kind
	Login    string
	Name     string
	PersonID db.ID
	Language string
	// Password in clear; empty for residents and machines. Hash, when set, is
	// used instead: demo data hashes one password for many accounts.
	Password   string
	Hash       string
	MustChange bool
}

// Create makes an account. It refuses a weak password and a login in use.
func (s *Service) Create(ctx context.Context, n NewAccount) (db.ID, error) {
	hash := n.Hash
	if hash == "" && n.Password != "" {
		if err := CheckPassword(n.Login, n.Password).At("/password"); err != nil {
			return 0, err
		}
		hash = s.Hash(n.Password)
	}
	var id db.ID
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		id, err = s.CreateIn(ctx, tx, n, hash)
		return err
	})
	return id, err
}

// CreateIn makes an account inside a transaction from a password that is hashed
// already (or none).
func (s *Service) CreateIn(ctx context.Context, tx *db.Tx, n NewAccount, hash string) (db.ID, error) {
	login := fold(n.Login)
	if login == "" || len(login) > 60 || strings.ContainsAny(login, " \t\r\n") {
		return 0, problem.Invalid().At("/account", "请填写账号，最多 60 个字，不含空格", "Enter an account name of at most 60 characters without spaces")
	}
	id := tx.NewID()
	_, err := tx.ExecContext(ctx, `INSERT INTO identity_account (id, kind, login, name, person_id, language, password, password_at, must_change,
		totp_secret, totp_pending, totp_step, disabled_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 0, 0, $8, $8)`,
		id, string(n.Kind), login, n.Name, n.PersonID, n.Language, hash, tx.Now(), flag(n.MustChange))
	if db.IsUnique(err) {
		return 0, problem.New(http.StatusConflict, "account_taken", "账号 "+login+" 已存在", "The account "+login+" exists already").
			At("/account", "账号已存在", "This account exists already")
	}
	if err != nil {
		return 0, err
	}
	return id, audit.Record(ctx, tx, audit.Entry{Action: "create", Object: "logins", ObjectID: id,
		After: map[string]any{"kind": n.Kind, "login": login, "person_id": n.PersonID}})
}

// Disable closes or reopens an account. Closing ends its sessions at once.
func (s *Service) Disable(ctx context.Context, id db.ID, disabled bool) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		at, action := int64(0), "enable"
		if disabled {
			at, action = tx.Now(), "disable"
		}
		if err := db.ExecOne(ctx, tx, `UPDATE identity_account SET disabled_at = $1, updated_at = $2 WHERE id = $3`, at, tx.Now(), id); err != nil {
			return err
		}
		if disabled {
			if err := revokeAll(ctx, tx, id, 0); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Action: action, Object: "logins", ObjectID: id})
	})
	s.options.Changed()
	return err
}

// SetLanguage keeps the language a person chose: zh or en.
func (s *Service) SetLanguage(ctx context.Context, id db.ID, language string) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		return db.ExecOne(ctx, tx, `UPDATE identity_account SET language = $1, updated_at = $2 WHERE id = $3`, language, tx.Now(), id)
	})
	s.options.Changed()
	return err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// newSecret is a random text of 256 bits, fit for a cookie or a header.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func digest(parts ...string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return sum[:]
}

func ms(d time.Duration) int64 { return d.Milliseconds() }
