package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Limits of one-time codes.
const (
	codeValid    = 5 * time.Minute
	codeAttempts = 5
	codeEvery    = 60 * time.Second
	codesPerDay  = 10
)

var phonePattern = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

// ErrCode is the answer to a wrong, used or outdated one-time code.
var ErrCode = problem.New(http.StatusUnauthorized, "login_failed",
	"验证码不对或已过期；如收不到，请到服务中心核对登记的手机号", "The code is wrong or outdated; if none arrives, have the service desk check your phone number")

// SendCode sends a one-time code to a phone. A number that is not registered gets
// the same answer and no code. The code itself is returned in demo mode only.
func (s *Service) SendCode(ctx context.Context, phone, ip string) (shown string, err error) {
	if !phonePattern.MatchString(phone) {
		return "", problem.Invalid().At("/phone", "请填写 11 位手机号", "Enter a mobile number of 11 digits")
	}
	if s.options.SendCode == nil && !s.options.ShowCode {
		return "", problem.New(http.StatusServiceUnavailable, "sms_not_set_up",
			"还没有开通短信，请联系物业服务中心", "Text messages are not set up yet; ask the service desk")
	}
	if err := s.wait(ctx, access.Resident, phone, ip); err != nil {
		return "", err
	}
	known := false
	if s.options.Residents != nil {
		if _, known, err = s.options.Residents(ctx, phone); err != nil {
			return "", err
		}
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	code := fmt.Sprintf("%06d", number)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var last, today int64
		if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(created_at), 0), COUNT(*) FROM identity_code WHERE phone = $1 AND created_at > $2`,
			phone, tx.Now()-ms(24*time.Hour)).Scan(&last, &today); err != nil {
			return err
		}
		// Where the code is shown anyway there is nobody to be bothered by it.
		if left := last + ms(codeEvery) - tx.Now(); left > 0 && !s.options.ShowCode {
			return tooMany(time.Duration(left) * time.Millisecond)
		}
		if today >= codesPerDay && !s.options.ShowCode {
			return tooMany(24 * time.Hour)
		}
		// Unknown numbers are counted too, so that the limits tell nothing.
		if _, err := tx.ExecContext(ctx, `INSERT INTO identity_code (id, phone, code_hash, ip, created_at, expires_at, attempts, used_at)
			VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`, tx.NewID(), phone, digest(phone, code), ip, tx.Now(), tx.Now()+ms(codeValid),
			flag(!known)*tx.Now()); err != nil {
			return err
		}
		if known && s.options.SendCode != nil {
			return s.options.SendCode(ctx, tx, phone, code)
		}
		return nil
	})
	if err != nil || !s.options.ShowCode || !known {
		return "", err
	}
	return code, nil
}

func tooMany(wait time.Duration) error {
	return &Locked{Wait: wait, Problem: problem.New(http.StatusTooManyRequests, "too_many_codes",
		"验证码发送太频繁，请稍后再试", "Codes were asked for too often; try again later")}
}

// LogInByCode opens a resident's session, making the account at the first time.
// Refusals are ErrCode and *Locked.
func (s *Service) LogInByCode(ctx context.Context, phone, code string, t Attempt) (*Login, error) {
	if err := s.begin(ctx, access.Resident, phone, t.IP); err != nil {
		return nil, err
	}
	good, err := s.useCode(ctx, phone, code)
	if err != nil {
		return nil, err
	}
	var who Resident
	if good && s.options.Residents != nil {
		who, good, err = s.options.Residents(ctx, phone)
		if err != nil {
			return nil, err
		}
	}
	if !good {
		return nil, ErrCode
	}
	a, err := s.residentAccount(ctx, phone, who)
	if err != nil {
		return nil, err
	}
	if a.DisabledAt > 0 {
		return nil, ErrCode
	}
	return s.open(ctx, a, t)
}

// useCode checks the newest code of a phone and uses it up.
func (s *Service) useCode(ctx context.Context, phone, code string) (good bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		good = false
		var id db.ID
		var hash []byte
		err := tx.QueryRowContext(ctx, `SELECT id, code_hash FROM identity_code
			WHERE phone = $1 AND used_at = 0 AND expires_at > $2 AND attempts < $3 ORDER BY created_at DESC, id DESC LIMIT 1`,
			phone, tx.Now(), codeAttempts).Scan(&id, &hash)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(hash, digest(phone, code)) != 1 {
			_, err := tx.ExecContext(ctx, `UPDATE identity_code SET attempts = attempts + 1 WHERE id = $1`, id)
			return err
		}
		err = db.ExecOne(ctx, tx, `UPDATE identity_code SET used_at = $1 WHERE id = $2 AND used_at = 0`, tx.Now(), id)
		if errors.Is(err, db.ErrStale) {
			return nil
		}
		good = err == nil
		return err
	})
	return good, err
}

// residentAccount finds or makes the account of a phone and keeps it pointing at
// the customer who holds the number now.
func (s *Service) residentAccount(ctx context.Context, phone string, who Resident) (*Account, error) {
	var a *Account
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		a, err = s.Find(ctx, tx, access.Resident, phone)
		if err != nil {
			return err
		}
		if a == nil {
			id, err := s.CreateIn(ctx, tx, NewAccount{Kind: access.Resident, Login: phone, Name: who.Name, PersonID: who.PersonID}, "")
			if err != nil {
				return err
			}
			a, err = s.Account(ctx, tx, id)
			return err
		}
		if a.PersonID == who.PersonID && a.Name == who.Name {
			return nil
		}
		if a.PersonID != who.PersonID {
			// The number has a new holder: devices of the one before must not come along.
			if err := revokeAll(ctx, tx, a.ID, 0); err != nil {
				return err
			}
		}
		a.PersonID, a.Name = who.PersonID, who.Name
		return db.ExecOne(ctx, tx, `UPDATE identity_account SET person_id = $1, name = $2, updated_at = $3 WHERE id = $4`,
			who.PersonID, who.Name, tx.Now(), a.ID)
	})
	return a, err
}
