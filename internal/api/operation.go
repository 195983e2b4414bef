package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// What an operation may ask for instead of a permission key.
const (
	// Public operations answer anybody.
	Public = "public"
	// Authenticated operations answer every logged-in caller: staff, machines, residents.
	Authenticated = "authenticated"
	// Staff operations answer every employee and machine, whatever the position.
	Staff = "staff"
	// Resident operations answer owners and tenants only.
	Resident = "resident"
)

// Op declares one operation.
type Op struct {
	Method string
	// Path is a ServeMux pattern without method: /api/receipts/{id}/print.
	Path string
	// Permission is a key such as "svc.order.read", or Public, Authenticated,
	// Staff or Resident. With a key, the caller needs it in at least one
	// project; the handler or the register narrows to the row's project.
	Permission string
	// Residents opens an operation with a permission key to residents too. The
	// handler must then limit them to their own rooms.
	Residents bool
	// Zh and En say in a few words what the operation does.
	Zh, En string
	// Tag groups operations in the documentation.
	Tag string
	// ID is the name in typed clients; empty means made from method and path.
	ID string
	// Status of a successful answer; 0 means 200, or 204 without content.
	Status int
	// MaxBody limits the request body in bytes; 0 means 1 MB, uploads 256 MB.
	MaxBody int64
	// Timeout limits the handler; 0 means 60 s, negative means none (streams).
	Timeout time.Duration
	// Produces names the media type when a Responder writes something other than JSON.
	Produces string
	// Hidden leaves the operation out of the OpenAPI document.
	Hidden bool
	// Strict rate limiting, for what strangers may try over and over.
	Guarded bool
}

// Nothing is the output of operations that answer 204, and the input of those
// that take nothing.
type Nothing struct{}

// Responder is an output that writes its own answer.
type Responder interface {
	Respond(w http.ResponseWriter, r *http.Request) error
}

// HeaderSetter is an output that sets headers before its JSON body is written.
type HeaderSetter interface {
	SetHeaders(h http.Header)
}

// Module adds a group of operations to a server.
type Module func(s *Server)

// Operation is a declared operation, for documentation and for the test that
// walks every operation as every position.
type Operation struct {
	Op
	In, Out reflect.Type
	// inSchema and outSchema, when set, replace the schemas made from the types:
	// registers bring their own.
	inSchema, outSchema any
	params              []parameter
	bind                *binder
	call                func(ctx context.Context, in any) (any, error)
}

// Add declares an operation on the server. It panics when the declaration is
// wrong, so that the program does not start with a hole.
func Add[I, O any](s *Server, op Op, handler func(ctx context.Context, in *I) (*O, error), options ...func(*Operation)) {
	o := &Operation{
		Op: op, In: reflect.TypeFor[I](), Out: reflect.TypeFor[O](),
		call: func(ctx context.Context, in any) (any, error) {
			out, err := handler(ctx, in.(*I))
			if out == nil || err != nil {
				return nil, err
			}
			return out, nil
		},
	}
	for _, option := range options {
		option(o)
	}
	s.add(o)
}

var (
	nothing   = reflect.TypeFor[Nothing]()
	responder = reflect.TypeFor[Responder]()
)

func (s *Server) add(o *Operation) {
	if o.Method == "" || !strings.HasPrefix(o.Path, "/") || o.Zh == "" || o.En == "" {
		panic(fmt.Sprintf("operation %s %s: method, path, Zh and En are needed", o.Method, o.Path))
	}
	switch {
	case o.Permission == Public, o.Permission == Authenticated, o.Permission == Staff, o.Permission == Resident:
	case strings.Count(o.Permission, ".") >= 1:
	default:
		panic(fmt.Sprintf("operation %s %s: permission %q", o.Method, o.Path, o.Permission))
	}
	if o.ID == "" {
		o.ID = operationID(o.Method, o.Path)
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	o.bind = newBinder(s.schemas, o)
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
		if o.bind.upload != nil {
			o.MaxBody = 256 << 20
		}
	}
	if o.Status == 0 {
		o.Status = http.StatusOK
		if o.Out == nothing {
			o.Status = http.StatusNoContent
		}
	}
	if o.outSchema == nil && o.Out != nothing && o.Produces == "" && !reflect.PointerTo(o.Out).Implements(responder) {
		// Now, not when the document is asked for: requests read the same registry.
		o.outSchema = s.schemas.Schema(o.Out, true, upperFirst(o.ID)+"Answer")
	}
	s.operations = append(s.operations, o)
	s.mux.Handle(o.Method+" "+o.Path, s.serve(o))
	s.paths[o.Path] = append(s.paths[o.Path], o.Method)
}

// operationID makes "getCashierRoomsById" of GET /api/cashier/rooms/{id}.
func operationID(method, path string) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(method))
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '-' || r == '.' || r == '_' }) {
		if part == "api" {
			continue
		}
		if name, ok := strings.CutPrefix(part, "{"); ok {
			part = "by" + upperFirst(strings.TrimRight(name, ".}"))
		}
		b.WriteString(upperFirst(part))
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
