package identity

import (
	"context"
	"database/sql"

	"fmt"
	"net/http"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// After so many failures in a row every further one doubles the wait. Addresses
// get more, because a whole office shares one.
const (
	accountFailures = 5
	addressFailures = 30
	firstWait       = 30 * time.Second
	longestWait     = 15 * time.Minute
	forgetAfter     = time.Hour
)

// Locked is a refusal for a while: 429 "locked".
type Locked struct {
	Problem *problem.Error
	Wait    time.Duration
}

func (e *Locked) Error() string { return e.Problem.Error() }

func (e *Locked) Unwrap() error { return e.Problem }

// RetryAfter says how long to wait.
func (e *Locked) RetryAfter() time.Duration { return e.Wait }

func locked(wait time.Duration) error {
	minutes := int(wait/time.Minute) + 1
	return &Locked{Wait: wait, Problem: problem.New(http.StatusTooManyRequests, "locked",
		fmt.Sprintf("错误次数太多，请约 %d 分钟后再试，或请管理员重置密码", minutes),
		fmt.Sprintf("Too many failed attempts; try again in about %d minutes, or ask the administrator to reset the password", minutes))}
}

func accountSubject(kind access.Kind, login string) string {
	return "account:" + string(kind) + ":" + fold(login)
}

func addressSubject(ip string) string { return "ip:" + ip }

// wait refuses while the account or the address is locked, and counts nothing.
func (s *Service) wait(ctx context.Context, kind access.Kind, login, ip string) error {
	var until sql.NullInt64
	err := s.db.Reader().QueryRowContext(ctx, `SELECT MAX(locked_until) FROM identity_failure WHERE subject IN ($1, $2)`,
		accountSubject(kind, login), addressSubject(ip)).Scan(&until)
	if err != nil {
		return err
	}
	if left := until.Int64 - s.db.Now(); left > 0 {
		return locked(time.Duration(left) * time.Millisecond)
	}
	return nil
}

// begin counts an attempt as failed before it is looked at, so that many at the
// same moment cannot slip through; forgive takes it back after a success. It
// refuses with *Locked while the account or the address must wait.
func (s *Service) begin(ctx context.Context, kind access.Kind, login, ip string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := count(ctx, tx, accountSubject(kind, login), accountFailures); err != nil || ip == "" {
			return err
		}
		return count(ctx, tx, addressSubject(ip), addressFailures)
	})
}

func count(ctx context.Context, tx *db.Tx, subject string, allowed int64) error {
	var failures, until int64
	err := tx.QueryRowContext(ctx, `INSERT INTO identity_failure (subject, failures, failed_at, locked_until) VALUES ($1, 1, $2, 0)
		ON CONFLICT (subject) DO UPDATE SET
			failures = CASE WHEN identity_failure.failed_at < $3 THEN 1 ELSE identity_failure.failures + 1 END,
			failed_at = $2
		RETURNING failures, locked_until`, subject, tx.Now(), tx.Now()-ms(forgetAfter)).Scan(&failures, &until)
	if err != nil {
		return err
	}
	if left := until - tx.Now(); left > 0 {
		return locked(time.Duration(left) * time.Millisecond)
	}
	if failures < allowed {
		return nil
	}
	wait := longestWait
	if over := failures - allowed; over < 6 {
		wait = min(firstWait<<over, longestWait)
	}
	return db.ExecOne(ctx, tx, `UPDATE identity_failure SET locked_until = $1 WHERE subject = $2`, tx.Now()+ms(wait), subject)
}

// forgive clears an account's failures after a success, and takes the one
// attempt off the address.
func forgive(ctx context.Context, tx *db.Tx, kind access.Kind, login, ip string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM identity_failure WHERE subject = $1`, accountSubject(kind, login)); err != nil {
		return err
	}
	return takeBack(ctx, tx, addressSubject(ip), addressFailures)
}

func takeBack(ctx context.Context, tx *db.Tx, subject string, allowed int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE identity_failure SET failures = failures - 1,
		locked_until = CASE WHEN failures <= $2 THEN 0 ELSE locked_until END WHERE subject = $1 AND failures > 0`, subject, allowed)
	return err
}
