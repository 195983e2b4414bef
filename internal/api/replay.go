package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// replayKey names a command: whose, under which key, and what it says.
type replayKey struct {
	account     db.ID
	key         string
	fingerprint []byte
}

func (k replayKey) hash() []byte {
	sum := sha256.Sum256([]byte(k.account.String() + "\n" + k.key))
	return sum[:]
}

// maxReplay is the largest answer that is kept; larger ones are not repeatable.
const maxReplay = 1 << 20

// once answers a command that carries an Idempotency-Key: the first time by
// doing it, later times with the first answer. Only answers that settle the
// matter are kept (below 500, not 401 or 429), so a failed attempt can be
// repeated under the same key. An attempt that died half-way leaves the key
// without an answer; repeating it is refused for the caller to look first.
func (s *Server) once(ctx context.Context, o *Operation, w http.ResponseWriter, r *http.Request, key replayKey, in any) error {
	if len(key.key) > 200 {
		return problem.Invalid().At("?Idempotency-Key", "最多 200 个字", "At most 200 characters")
	}
	first, err := s.claim(ctx, w, key)
	if err != nil || !first {
		return err
	}
	// From here on the work is finished even if the caller hangs up, and the
	// answer is kept as it will be repeated: not compressed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	r = r.WithContext(ctx)
	r.Header.Del("Accept-Encoding")
	kept := &recorder{ResponseWriter: w}
	settled := false
	defer func() {
		// Also when the handler panics; without the request's deadline.
		if !settled {
			if err := s.release(context.WithoutCancel(ctx), key); err != nil {
				s.log.Error("release an idempotency key", "error", err)
			}
		}
	}()
	out, err := o.call(ctx, in)
	if err == nil {
		err = s.answer(o, kept, r, out)
	}
	if err != nil {
		s.fail(kept, r, err)
	}
	if kept.status > 0 && kept.status < 500 && kept.status != http.StatusUnauthorized && kept.status != http.StatusTooManyRequests && kept.body.Len() < maxReplay {
		settled = true
		return s.keep(context.WithoutCancel(ctx), key, kept)
	}
	return nil
}

// claim takes the key, or writes the answer that was given before.
func (s *Server) claim(ctx context.Context, w http.ResponseWriter, key replayKey) (first bool, err error) {
	err = s.config.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO api_replay (key_hash, fingerprint, account_id, created_at, status, media_type, answer)
			VALUES ($1, $2, $3, $4, 0, '', $5)`, key.hash(), key.fingerprint, key.account, tx.Now(), []byte{})
		return err
	})
	if err == nil {
		return true, nil
	}
	if !db.IsUnique(err) {
		return false, err
	}
	var stored, answer []byte
	var status int
	var mediaType string
	err = s.config.DB.Reader().QueryRowContext(ctx, `SELECT fingerprint, status, media_type, answer FROM api_replay WHERE key_hash = $1`,
		key.hash()).Scan(&stored, &status, &mediaType, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && status == 0:
		return false, problem.Conflict("in_progress", "同一个请求正在处理或上次中断了，请先查看结果，再用新的请求重做",
			"The same request is being worked on or was interrupted; look at the result before you repeat it as a new one")
	case err != nil:
		return false, err
	case !bytes.Equal(stored, key.fingerprint):
		return false, problem.Conflict("key_reused", "这个请求编号已用于别的内容，请换一个",
			"This Idempotency-Key was used for something else; take a new one")
	}
	w.Header().Set("Idempotency-Replayed", "true")
	if mediaType != "" {
		w.Header().Set("Content-Type", mediaType)
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // the client may have gone
	return false, nil
}

func (s *Server) keep(ctx context.Context, key replayKey, kept *recorder) error {
	err := s.config.DB.Write(ctx, func(tx *db.Tx) error {
		return db.ExecOne(ctx, tx, `UPDATE api_replay SET status = $1, media_type = $2, answer = $3 WHERE key_hash = $4`,
			kept.status, kept.Header().Get("Content-Type"), kept.body.Bytes(), key.hash())
	})
	if err != nil {
		// The work is done and answered; only its repetition is not possible.
		s.log.Error("keep an answer", "error", err)
	}
	return nil
}

func (s *Server) release(ctx context.Context, key replayKey) error {
	return s.config.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM api_replay WHERE key_hash = $1 AND status = 0`, key.hash())
		return err
	})
}

// ForgetReplays removes kept answers older than two days; a nightly job calls it.
func ForgetReplays(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM api_replay WHERE created_at < $1`, tx.Now()-2*24*3600*1000)
		return err
	})
}

// recorder keeps a copy of what is written.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.body.Len() < maxReplay {
		w.body.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
