package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

const (
	totpStepMs    = 30_000
	recoveryCodes = 10
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpStep returns the 30-second step whose code this is, one step of clock
// error either way allowed, or 0.
func totpStep(secret, code string, now int64) int64 {
	for _, step := range []int64{now / totpStepMs, now/totpStepMs - 1, now/totpStepMs + 1} {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step
		}
	}
	return 0
}

// secondFactor accepts a code once: either of the authenticator or one of the
// recovery codes.
func (s *Service) secondFactor(ctx context.Context, a *Account, code string) (bool, error) {
	code = strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
	step := totpStep(a.totpSecret, code, s.db.Now())
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if step > 0 {
			return db.ExecOne(ctx, tx, `UPDATE identity_account SET totp_step = $1 WHERE id = $2 AND totp_step < $1`, step, a.ID)
		}
		return db.ExecOne(ctx, tx, `UPDATE identity_recovery SET used_at = $1 WHERE account_id = $2 AND code_hash = $3 AND used_at = 0`,
			tx.Now(), a.ID, digest(a.ID.String(), code))
	})
	if errors.Is(err, db.ErrStale) {
		return false, nil
	}
	return err == nil, err
}

// OfferTOTP makes a new secret for the account's authenticator app. It counts
// only once ConfirmTOTP has proven it. The address is for the QR code.
func (s *Service) OfferTOTP(ctx context.Context, account db.ID) (secret, address string, err error) {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails
	secret = base32Plain.EncodeToString(b[:])
	var login string
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		a, err := s.Account(ctx, tx, account)
		if err != nil {
			return err
		}
		login = a.Login
		return db.ExecOne(ctx, tx, `UPDATE identity_account SET totp_pending = $1, updated_at = $2 WHERE id = $3`, secret, tx.Now(), account)
	})
	label := url.PathEscape("Lifang:" + login)
	return secret, "otpauth://totp/" + label + "?" + url.Values{"secret": {secret}, "issuer": {"Lifang"}}.Encode(), err
}

// ConfirmTOTP switches the second factor on and returns the recovery codes, which
// are shown once.
func (s *Service) ConfirmTOTP(ctx context.Context, account db.ID, code string) ([]string, error) {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		var b [10]byte
		_, _ = rand.Read(b[:]) // never fails
		codes[i] = strings.ToLower(base32Plain.EncodeToString(b[:]))
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var pending string
		if err := tx.QueryRowContext(ctx, `SELECT totp_pending FROM identity_account WHERE id = $1`, account).Scan(&pending); err != nil {
			return err
		}
		step := int64(0)
		if pending != "" {
			step = totpStep(pending, strings.TrimSpace(code), tx.Now())
		}
		if step == 0 {
			return problem.Invalid().At("/code", "验证码不对，请看验证器上的最新数字", "The code is wrong; use the latest one of the authenticator app")
		}
		if err := db.ExecOne(ctx, tx, `UPDATE identity_account SET totp_secret = totp_pending, totp_pending = '', totp_step = $1, updated_at = $2
			WHERE id = $3 AND totp_pending = $4`, step, tx.Now(), account, pending); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_recovery WHERE account_id = $1`, account); err != nil {
			return err
		}
		for _, code := range codes {
			if _, err := tx.ExecContext(ctx, `INSERT INTO identity_recovery (id, account_id, code_hash, used_at) VALUES ($1, $2, $3, 0)`,
				tx.NewID(), account, digest(account.String(), code)); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "totp_on", Object: "logins", ObjectID: account})
	})
	if err != nil {
		return nil, err
	}
	s.options.Changed()
	return codes, nil
}

// DropTOTP switches the second factor off. The caller has checked the password
// or is an administrator.
func (s *Service) DropTOTP(ctx context.Context, account db.ID) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := db.ExecOne(ctx, tx, `UPDATE identity_account SET totp_secret = '', totp_pending = '', updated_at = $1 WHERE id = $2`, tx.Now(), account); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM identity_recovery WHERE account_id = $1`, account); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "totp_off", Object: "logins", ObjectID: account})
	})
	s.options.Changed()
	return err
}

// CheckOwn makes sure that the person at the keyboard is the account's owner
// before something grave; it counts failures like a login.
func (s *Service) CheckOwn(ctx context.Context, account db.ID, password, ip string) error {
	a, err := s.Account(ctx, s.db.Reader(), account)
	if err != nil {
		return err
	}
	if err := s.begin(ctx, a.Kind, a.Login, ip); err != nil {
		return err
	}
	if s.matches(a.password, password) {
		return s.db.Write(ctx, func(tx *db.Tx) error { return forgive(ctx, tx, a.Kind, a.Login, ip) })
	}
	return problem.Invalid().At("/password", "密码不对", "The password is wrong")
}
