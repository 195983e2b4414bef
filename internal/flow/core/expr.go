package core

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/lifang/lifang/internal/calendar"
)

// env is the typed environment of a definition's expressions: a zero value for every variable.
type env struct {
	zero map[string]any
	opts []expr.Option
}

// zeros maps JSON Schema types to the zero values that stand for missing variables in expressions.
var zeros = map[string]any{
	"string": "", "integer": 0, "number": 0.0, "boolean": false, "array": []any{}, "object": map[string]any{}, "any": nil,
}

// reserved are the names that expressions have beside the variables; no field may be called so.
var reserved = map[string]bool{"outcome": true, "result": true, "starter": true, "doer": true, "leader": true, "leaders": true, "holders": true}

func newEnv(vars map[string]string) *env {
	e := &env{zero: map[string]any{
		"outcome": "", "result": map[string]string{}, "starter": "",
		"doer": func(string) string { return "" }, "leader": func(string) (string, error) { return "", nil },
		"leaders": func(string, int) ([]string, error) { return nil, nil }, "holders": func(string) ([]string, error) { return nil, nil },
	}}
	for name, typ := range vars {
		e.zero[name] = zeros[typ]
	}
	e.opts = []expr.Option{expr.Env(e.zero), expr.DisableBuiltin("now")}
	return e
}

// with gives an environment that knows further names; they hide variables of the same name.
func (e *env) with(more map[string]any) *env {
	zero := maps.Clone(e.zero)
	maps.Copy(zero, more)
	return &env{zero: zero, opts: []expr.Option{expr.Env(zero), expr.DisableBuiltin("now")}}
}

// program is a compiled expression.
type program struct {
	text string
	vm   *vm.Program
}

func (e *env) compile(text string, opts ...expr.Option) (*program, error) {
	p, err := expr.Compile(text, append(append([]expr.Option{}, e.opts...), opts...)...)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, errors.New(first)
	}
	return &program{text, p}, nil
}

// eval runs an expression against the state of a case.
func (r *run) eval(p *program) (any, error) { return r.evalWith(p, nil) }

// evalWith runs an expression that knows further names.
func (r *run) evalWith(p *program, more map[string]any) (any, error) {
	e := make(map[string]any, len(r.def.env.zero))
	for name, zero := range r.def.env.zero {
		e[name] = zero
		v, ok := r.doc.Vars[name]
		if !ok || v == nil {
			continue
		}
		switch zero.(type) {
		case int:
			if f, ok := v.(float64); ok {
				v = int(f)
			}
		case nil:
		default:
			if fmt.Sprintf("%T", v) != fmt.Sprintf("%T", zero) {
				continue // a variable of another type counts as missing
			}
		}
		e[name] = v
	}
	if r.def.plain {
		maps.Copy(e, r.doc.Vars)
	}
	result := map[string]string{}
	for _, v := range r.doc.Seen {
		result[v.Node] = cmp.Or(v.Result, v.Outcome)
	}
	e["outcome"], e["result"], e["starter"] = r.doc.Outcome, result, person(r.doc.Starter)
	e["doer"] = func(node string) string {
		for i := len(r.doc.Seen) - 1; i >= 0; i-- {
			if r.doc.Seen[i].Node == node && r.doc.Seen[i].Who != 0 {
				return person(r.doc.Seen[i].Who)
			}
		}
		return ""
	}
	e["leader"] = func(of string) (string, error) {
		id, _ := strconv.ParseInt(of, 10, 64)
		if id == 0 {
			return "", nil
		}
		who, err := r.ask(Question{Kind: AskLeader, Person: id, Level: 1})
		return person(who), err
	}
	e["leaders"] = func(of string, most int) ([]string, error) {
		id, _ := strconv.ParseInt(of, 10, 64)
		if id == 0 {
			return nil, nil
		}
		return r.persons(Question{Kind: AskLeader, Person: id}, most)
	}
	e["holders"] = func(role string) ([]string, error) {
		return r.persons(Question{Kind: AskHolder, Role: role}, maxPeople)
	}
	maps.Copy(e, more)
	return expr.Run(p.vm, e)
}

func (r *run) persons(q Question, most int) ([]string, error) {
	ids, err := r.each(q, most)
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = person(id)
	}
	return out, err
}

func person(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func (r *run) truth(p *program) (bool, error) {
	v, err := r.eval(p)
	b, _ := v.(bool)
	return b, err
}

// Limit is a limit of working or clock time with the calendar it runs on.
type Limit struct {
	calendar.Limit
	On string // working calendar for limits that name none
}

// MarshalJSON keeps a limit readable in the stored state: ["2h work","CAL-OFFICE"].
func (l Limit) MarshalJSON() ([]byte, error) { return json.Marshal([2]string{l.String(), l.On}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (l *Limit) UnmarshalJSON(raw []byte) error {
	var s [2]string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	var err error
	l.On = s[1]
	l.Limit, err = calendar.ParseLimit(s[0])
	return err
}

// dueRule gives a limit: a fixed one, or an expression that gives its text.
type dueRule struct {
	fixed Limit
	expr  *program
	on    string
}

func (r *run) limit(d *dueRule) (Limit, error) {
	if d.expr == nil {
		return d.fixed, nil
	}
	v, err := r.eval(d.expr)
	if err != nil {
		return Limit{}, err
	}
	text, _ := v.(string)
	if text == "" {
		return Limit{}, nil
	}
	l, err := parseLimit(text, d.on)
	return l, err
}

// parseLimit reads a limit of package calendar or an ISO 8601 duration; on is the calendar of working limits.
func parseLimit(text, on string) (Limit, error) {
	if strings.HasPrefix(text, "P") {
		l, err := isoLimit(text)
		return Limit{l, on}, err
	}
	l, err := calendar.ParseLimit(text)
	return Limit{l, on}, err
}

// isoLimit reads PnDTnHnM and PnW as clock time.
func isoLimit(text string) (calendar.Limit, error) {
	bad := fmt.Errorf("the duration %q cannot be read; write it like PT15M, PT2H30M or P1D", text)
	date, clock, timed := strings.Cut(strings.TrimPrefix(text, "P"), "T")
	minutes, parts := int64(0), 0
	for _, half := range []struct {
		text string
		unit map[byte]int64
	}{{date, map[byte]int64{'W': 7 * 24 * 60, 'D': 24 * 60}}, {clock, map[byte]int64{'H': 60, 'M': 1}}} {
		for rest := half.text; rest != ""; parts++ {
			i := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
			if i <= 0 || i > 6 || half.unit[rest[i]] == 0 {
				return calendar.Limit{}, bad
			}
			n, _ := strconv.ParseInt(rest[:i], 10, 64)
			minutes += n * half.unit[rest[i]]
			rest = rest[i+1:]
		}
	}
	if parts == 0 || timed && clock == "" {
		return calendar.Limit{}, bad
	}
	return calendar.Limit{N: minutes, Unit: calendar.ClockMinutes}, nil
}

// short tells that a limit is under 30 minutes of the clock.
func (l Limit) short() bool {
	return (l.Unit == calendar.ClockMinutes || l.Unit == calendar.WorkMinutes) && l.N < 30
}
