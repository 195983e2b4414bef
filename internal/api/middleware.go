package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/lifang/lifang/internal/problem"
)

// request is what the server knows about the request at hand.
type request struct {
	id      string
	ip      string
	https   bool
	lang    string
	account string
	http    *http.Request
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if known, ok := ctx.Value(requestKey{}).(*request); ok {
		return known
	}
	return &request{lang: "zh"}
}

// Language of the request: zh or en. A logged-in person's own choice counts
// before the Accept-Language header.
func Language(ctx context.Context) string { return requestOf(ctx).lang }

// RemoteIP is the client's address.
func RemoteIP(ctx context.Context) string { return requestOf(ctx).ip }

// HTTPRequest is the raw request, for the few operations that need a header.
func HTTPRequest(ctx context.Context) *http.Request { return requestOf(ctx).http }

// observe gives each request an id, catches panics and writes one log line
// without personal data: no address, no query, no body, no name.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		known := &request{id: newRequestID(), lang: acceptLanguage(r)}
		known.ip, known.https = s.client(r)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, known))
		known.http = r
		seen := &watcher{ResponseWriter: w}
		w.Header().Set("X-Request-Id", known.id)
		defer func() {
			if cause := recover(); cause != nil {
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(http.ErrAbortHandler)
				}
				s.log.Error("panic", "request", known.id, "cause", cause, "stack", string(debug.Stack()))
				if seen.status == 0 {
					s.fail(seen, r, problem.New(http.StatusInternalServerError, "internal",
						"服务器出错了，请稍后再试；编号 "+known.id, "The server failed; try again later. Reference "+known.id))
				}
			}
			level := slog.LevelDebug
			switch {
			case seen.status >= 500:
				level = slog.LevelError
			case strings.HasPrefix(r.URL.Path, "/api/"):
				level = slog.LevelInfo
			}
			s.log.Log(r.Context(), level, "request", "id", known.id, "method", r.Method, "route", r.Pattern,
				"status", seen.status, "bytes", seen.bytes, "ms", time.Since(start).Milliseconds(), "account", known.account)
		}()
		next.ServeHTTP(seen, r)
	})
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// watcher remembers status and size for the log.
type watcher struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// client tells the caller's address and whether the way to the browser is
// encrypted, believing X-Forwarded-* only from known proxies.
func (s *Server) client(r *http.Request) (ip string, https bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	https = r.TLS != nil
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host, https
	}
	for _, prefix := range s.config.Proxies {
		if !prefix.Contains(address.Unmap()) {
			continue
		}
		if r.Header.Get("X-Forwarded-Proto") == "https" {
			https = true
		}
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			return last, https
		}
	}
	return address.Unmap().String(), https
}

// The apps need inline styles (the component library writes them) and
// WebAssembly (reading bar codes), but no script that is not a file of ours.
const contentPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; font-src 'self' data:; " +
	"object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'self' blob:; frame-ancestors 'self'"

func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self), payment=()")
		if requestOf(r.Context()).https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
			h.Add("Vary", "Accept-Language, Cookie")
		}
		next.ServeHTTP(w, r)
	})
}

// acceptLanguage picks Chinese or English, Chinese when neither is asked for.
func acceptLanguage(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag := strings.ToLower(strings.TrimSpace(part))
		switch {
		case strings.HasPrefix(tag, "zh"):
			return "zh"
		case strings.HasPrefix(tag, "en"):
			return "en"
		}
	}
	return "zh"
}
