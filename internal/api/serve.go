package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// SessionCookie is the name of the cookie that holds a person's session.
const SessionCookie = "lifang_session"

// serve runs one operation: who, how often, may they, what do they send, has it
// been answered before, do it, answer.
func (s *Server) serve(o *Operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.run(o, w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Server) run(o *Operation, w http.ResponseWriter, r *http.Request) error {
	known := requestOf(r.Context())
	who, err := s.caller(r, known)
	if err != nil {
		return err
	}
	if err := s.limit(o, who, known); err != nil {
		return err
	}
	if err := allowed(o, who); err != nil {
		return err
	}
	ctx := access.With(r.Context(), who)
	s.deadlines(o, w)
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
		defer cancel()
	}
	r = r.WithContext(ctx)
	known.http = r
	body := &fingerprint{sum: sha256.New()}
	if r.Body != nil && r.Body != http.NoBody {
		body.from = http.MaxBytesReader(w, r.Body, o.MaxBody)
		r.Body = body
	}
	in, cleanup, err := o.bind.read(r, s.config.TempDir)
	defer cleanup()
	if err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" || r.Method == http.MethodGet || who.AccountID == 0 {
		out, err := o.call(ctx, in)
		if err != nil {
			return err
		}
		return s.answer(o, w, r, out)
	}
	return s.once(ctx, o, w, r, replayKey{who.AccountID, key, body.of(r)}, in)
}

// caller finds out who sends the request from its cookie or bearer token.
func (s *Server) caller(r *http.Request, known *request) (*access.Principal, error) {
	nobody := &access.Principal{Kind: access.Anonymous, Lang: known.lang, IP: known.ip}
	token, machine := "", false
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, machine = bearer, true
	} else if cookie, err := r.Cookie(SessionCookie); err == nil {
		token = cookie.Value
	}
	if token == "" || s.config.Caller == nil {
		return nobody, nil
	}
	found, err := s.config.Caller(r.Context(), token, machine)
	if err != nil {
		return nil, err
	}
	if found == nil {
		if machine {
			return nil, problem.Unauthenticated()
		}
		return nobody, nil
	}
	who := *found // the caller may come from a cache
	who.IP = known.ip
	if who.Lang == "" {
		who.Lang = known.lang
	}
	known.lang = who.Lang
	known.account = who.AccountID.String()
	return &who, nil
}

func (s *Server) limit(o *Operation, who *access.Principal, known *request) error {
	bucket, key := s.callers, known.account
	if who.Kind == access.Anonymous {
		bucket, key = s.strangers, known.ip
	}
	wait, ok := bucket.allow(key)
	if ok && o.Guarded {
		wait, ok = s.guarded.allow(o.ID + known.ip)
	}
	if ok {
		return nil
	}
	return retryAfter{problem.New(http.StatusTooManyRequests, "too_many_requests",
		"操作太频繁，请稍等再试", "Too many requests; wait a moment and try again"), wait}
}

// retryAfter is a problem that tells how long to wait.
type retryAfter struct {
	problem *problem.Error
	wait    time.Duration
}

func (e retryAfter) Error() string { return e.problem.Error() }

func (e retryAfter) Unwrap() error { return e.problem }

// RetryAfter is read when the refusal is written.
func (e retryAfter) RetryAfter() time.Duration { return e.wait }

// allowed decides whether this caller may use the operation at all.
func allowed(o *Operation, who *access.Principal) error {
	if o.Permission == Public {
		return nil
	}
	var yes bool
	switch who.Kind {
	case access.Anonymous:
		return problem.Unauthenticated()
	case access.Resident:
		yes = o.Permission == Authenticated || o.Permission == Resident || o.Residents
	default:
		yes = o.Permission == Authenticated || o.Permission == Staff ||
			o.Permission != Resident && who.May(o.Permission)
	}
	if !yes {
		return problem.Forbidden()
	}
	return nil
}

// deadlines give slow senders and readers an end.
func (s *Server) deadlines(o *Operation, w http.ResponseWriter) {
	control := http.NewResponseController(w)
	reading := 30 * time.Second
	if o.bind.upload != nil {
		reading = 15 * time.Minute
	}
	// Recorders in tests have no connection to set a deadline on.
	_ = control.SetReadDeadline(time.Now().Add(reading))
	if o.Timeout > 0 {
		_ = control.SetWriteDeadline(time.Now().Add(reading + 2*o.Timeout))
	} else {
		_ = control.SetWriteDeadline(time.Time{})
	}
}

// fingerprint hashes a body while it is read, so that a repeated command can be
// told from another one under the same key.
type fingerprint struct {
	from io.ReadCloser
	sum  hash.Hash
}

func (f *fingerprint) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	f.sum.Write(p[:n])
	return n, err
}

func (f *fingerprint) Close() error { return f.from.Close() }

func (f *fingerprint) of(r *http.Request) []byte {
	_, _ = io.WriteString(f.sum, "\n"+r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery) // hashes never fail
	return f.sum.Sum(nil)
}

// fail writes a problem document for any error. What is not meant for people
// becomes a 500 that tells nothing but the request's id.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	known := requestOf(r.Context())
	found, ok := problem.As(err)
	switch {
	case ok:
	case errors.Is(err, db.ErrNotFound):
		found = problem.NotFound("没有找到", "Not found")
	case errors.Is(err, db.ErrStale):
		found = problem.Stale(nil)
	case errors.Is(err, db.ErrFull):
		found = problem.New(http.StatusInsufficientStorage, "disk_full",
			"服务器磁盘已满，没有写入任何内容；请联系管理员", "The server's disk is full, nothing was written; tell the administrator")
	case errors.Is(err, db.ErrClosed):
		found = problem.New(http.StatusServiceUnavailable, "unavailable", "服务正在重启，请稍后再试", "The service is restarting; try again in a moment")
	case r.Context().Err() != nil && !errors.Is(err, context.DeadlineExceeded):
		return // the client has gone
	case errors.Is(err, context.DeadlineExceeded):
		found = problem.New(http.StatusServiceUnavailable, "too_slow", "处理时间太长，请缩小范围后再试", "This took too long; narrow it down and try again")
	default:
		s.log.Error("request failed", "request", known.id, "route", r.Pattern, "error", err)
		found = problem.New(http.StatusInternalServerError, "internal",
			"服务器出错了，请稍后再试；编号 "+known.id, "The server failed; try again later. Reference "+known.id)
	}
	if waiting, ok := errors.AsType[interface {
		error
		RetryAfter() time.Duration
	}](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(waiting.RetryAfter().Seconds())+1))
	}
	body := found.Document(known.lang)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", known.lang)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(found.Status)
	_, _ = w.Write(body) //nolint:gosec // JSON, served as such with nosniff; the client may have gone
}
