package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// Config says what a server needs from the rest of the house.
type Config struct {
	DB  *db.DB
	Log *slog.Logger
	// Caller finds out who sends a request. It gets the token of the session
	// cookie or of the Authorization header and returns nil for a token that is
	// unknown, expired or revoked.
	Caller func(ctx context.Context, token string, machine bool) (*access.Principal, error)
	// Web serves everything that is not /api; nil serves nothing.
	Web http.Handler
	// TempDir holds uploads while they are being received; empty means the
	// system's folder.
	TempDir string
	// Version is shown in the OpenAPI document.
	Version string
	// Rate limits the requests a second of one logged-in caller, with bursts of
	// three seconds; 0 means 10,000: it stops a runaway client, not a busy one.
	// Strangers have fixed, lower limits. Negative switches all limits off.
	Rate int
	// Proxies may tell the client's address and scheme in X-Forwarded-*.
	Proxies []netip.Prefix
	// Ready reports why the node cannot serve, or nil.
	Ready func(ctx context.Context) error
}

// Server answers HTTP. Declare operations first, then serve.
type Server struct {
	config     Config
	log        *slog.Logger
	mux        *http.ServeMux
	schemas    huma.Registry
	raw        map[string]rawSchema
	operations []*Operation
	paths      map[string][]string
	callers    *limiter
	strangers  *limiter
	guarded    *limiter
	document   atomic.Pointer[[]byte]
	// drained ends when the server is to stop.
	drained context.Context
	drain   context.CancelFunc
}

// New makes a server and adds the modules' operations.
func New(config Config, modules ...Module) *Server {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.TempDir == "" {
		config.TempDir = os.TempDir()
	}
	if config.Rate == 0 {
		config.Rate = 10_000
	}
	s := &Server{
		config: config, log: config.Log, mux: http.NewServeMux(), schemas: newSchemas(),
		raw: map[string]rawSchema{}, paths: map[string][]string{},
		callers:   newLimiter(config.Rate, 3*config.Rate),
		strangers: newLimiter(min(config.Rate, 50), 200),
		guarded:   newLimiter(5, 300),
	}
	s.drained, s.drain = context.WithCancel(context.Background())
	if config.Rate < 0 {
		s.callers, s.strangers, s.guarded = nil, nil, nil
	}
	s.own()
	for _, module := range modules {
		module(s)
	}
	return s
}

// own adds what belongs to the server itself: health, documents, the catch-all.
func (s *Server) own() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.HandleFunc("GET /api/openapi.json", s.serveDocument)
	s.mux.HandleFunc("GET /api/docs", s.serveDocs)
	s.mux.HandleFunc("/api/", s.unknown)
	if s.config.Web != nil {
		s.mux.Handle("/", s.config.Web)
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // the client may have gone
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if s.drained.Err() != nil {
		plain(w, http.StatusServiceUnavailable, "draining\n")
		return
	}
	if s.config.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if err := s.config.Ready(ctx); err != nil {
			s.log.Error("not ready", "error", err)
			plain(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
	}
	plain(w, http.StatusOK, "ok\n")
}

// Drain makes /readyz fail, so that load balancers send nothing new, and ends
// open event streams. Serving goes on.
func (s *Server) Drain() { s.drain() }

// unknown answers what no operation matches: 405 when the path exists with
// another method, 404 otherwise.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := s.mux.Handler(probe); pattern != "/api/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		s.fail(w, r, problem.New(http.StatusMethodNotAllowed, "method_not_allowed",
			"这个地址不支持 "+r.Method, "This address does not take "+r.Method))
		return
	}
	s.fail(w, r, problem.NotFound("没有这个接口", "There is no such address"))
}

// Operations lists what was declared, in the order of path and method.
func (s *Server) Operations() []*Operation {
	list := slices.Clone(s.operations)
	slices.SortFunc(list, func(a, b *Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return list
}

// Handler returns everything, with the protections around it.
func (s *Server) Handler() http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problem.New(http.StatusForbidden, "cross_origin",
			"请求来自别的网站，已拒绝", "The request comes from another site and was refused"))
	}))
	return s.observe(s.protect(protection.Handler(s.mux)))
}
