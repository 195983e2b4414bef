package register

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/problem"
)

// The query language of lists, the same in the page's address and in code:
//
//	page=2&size=50        size 1 to 200, otherwise 50
//	sort=-area,code       descending with "-"; ties by id
//	q=王 301              every word in one of the search fields, letter case ignored
//	project=1,2           only these projects (of those in scope)
//	batch=7               only the rows of an import
//	id=3,4                only these rows
//	archived=only|all     otherwise archived rows are left out
//	use=home,shop         filter=in: one of; ids, options, texts, true/false
//	area=90~120           filter=range: from, to or both, inclusive; display units
//	name=王               filter=contains, letter case ignored
var queryWords = []string{"page", "size", "sort", "q", "project", "batch", "archived", "id", "columns", "format", "reveal", "lang"}

const (
	defaultSize = 50
	maxSize     = 200
	maxPage     = 1_000_000
	maxChoices  = 500 // values of one filter
	maxWords    = 8   // words of q
)

type order struct {
	f    *field
	desc bool
}

// selection is a query that was understood: SQL conditions with their values, order, page.
type selection struct {
	conditions []string
	args       []any
	order      []order
	page, size int
}

func (s *selection) where() string { return strings.Join(s.conditions, " AND ") }

// arg adds a value and returns its placeholder.
func (s *selection) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *selection) add(condition string) { s.conditions = append(s.conditions, condition) }

// restrict limits the selection to what the principal may do the action with.
func (tb *table) restrict(ctx context.Context, action string, s *selection) error {
	who := access.From(ctx)
	scope := who.Scope(tb.permission + "." + action)
	if scope.Empty() {
		return who.Require(tb.permission+"."+action, 0) // says 401 or 403
	}
	if tb.scope == Company && len(scope.Projects) > 0 {
		scope.All = true
	}
	condition := scope.Where("t.project_id", &s.args)
	if scope.Self && !scope.All && tb.self != nil && who.PersonID != 0 {
		condition = "(" + condition + " OR t." + tb.self.name + " = " + s.arg(int64(who.PersonID)) + ")"
	}
	s.add(condition)
	return nil
}

// parse turns the words of a query into a selection within the principal's scope for
// the action. Names are compared with the register's own, values are always bound.
func (tb *table) parse(ctx context.Context, action string, query url.Values) (*selection, error) {
	s := &selection{page: 1, size: defaultSize, order: tb.order}
	if err := tb.restrict(ctx, action, s); err != nil {
		return nil, err
	}
	wrong := problem.BadRequest("查询条件有误,请按提示修改", "The query cannot be understood, please correct it as shown")
	blame := func(word string, bad *fault) {
		if bad != nil {
			wrong = wrong.At("?"+word, bad.zh, bad.en)
		}
	}
	words := make([]string, 0, len(query))
	for word := range query {
		words = append(words, word)
	}
	slices.Sort(words) // so that equal queries give equal statements
	archived := "t.archived_at = 0"
	for _, word := range words {
		value := strings.TrimSpace(strings.Join(query[word], ","))
		if value == "" {
			continue
		}
		var bad *fault
		switch f := tb.byName[word]; {
		case word == "page":
			s.page, bad = between(value, 1, maxPage)
		case word == "size":
			s.size, bad = between(value, 1, maxSize)
		case word == "sort":
			sorted, err := tb.parseSort(value)
			if err != nil {
				bad = refuse("不能按此排序:"+err.Error(), "Cannot sort by that: "+err.Error())
			} else {
				s.order = sorted
			}
		case word == "q":
			bad = tb.search(s, value)
		case word == "project":
			bad = chooseIDs(s, "t.project_id", value)
		case word == "batch":
			bad = chooseIDs(s, "t.batch_id", value)
		case word == "id":
			bad = chooseIDs(s, "t.id", value)
		case word == "archived":
			switch value {
			case "only":
				archived = "t.archived_at > 0"
			case "all":
				archived = ""
			default:
				bad = refuse("只能是 only 或 all", "Must be only or all")
			}
		case slices.Contains(queryWords, word): // for exports
		case f == nil || f.filter == "":
			bad = refuse("不能按此筛选", "Cannot filter by this")
		default:
			bad = f.filterBy(s, value)
		}
		blame(word, bad)
	}
	if archived != "" {
		s.add(archived)
	}
	return s, wrong.OrNil()
}

func between(value string, low, high int) (int, *fault) {
	n, err := strconv.Atoi(value)
	if err != nil || n < low || n > high {
		limits := strconv.Itoa(low) + "–" + strconv.Itoa(high)
		return low, refuse("应为 "+limits, "Must be "+limits)
	}
	return n, nil
}

type sortError string

func (e sortError) Error() string { return string(e) }

// parseSort reads "-area,code" and adds the id, so that the order is total.
func (tb *table) parseSort(value string) ([]order, error) {
	var sorted []order
	for _, name := range strings.Split(value, ",") {
		name, desc := strings.CutPrefix(strings.TrimSpace(name), "-")
		f := tb.byName[name]
		if f == nil || !f.sort {
			return nil, sortError(name)
		}
		if slices.ContainsFunc(sorted, func(o order) bool { return o.f == f }) {
			return nil, sortError(name)
		}
		sorted = append(sorted, order{f, desc})
		if name == "id" {
			return sorted, nil
		}
	}
	return append(sorted, order{tb.byName["id"], sorted[len(sorted)-1].desc}), nil
}

func orderBy(sorted []order) string {
	parts := make([]string, len(sorted))
	for i, o := range sorted {
		parts[i] = "t." + o.f.name
		if o.desc {
			parts[i] += " DESC"
		}
	}
	return strings.Join(parts, ", ")
}

// beyond is the condition "comes after last in this order", for reading on by key.
func (s *selection) beyond(last row) string {
	var cases []string
	equal := ""
	for _, o := range s.order {
		sign := " > "
		if o.desc {
			sign = " < "
		}
		value := s.arg(o.f.value(last))
		cases = append(cases, equal+"t."+o.f.name+sign+value)
		equal += "t." + o.f.name + " = " + value + " AND "
	}
	return "((" + strings.Join(cases, ") OR (") + "))"
}

// like is the condition "column contains value", letter case ignored.
func (s *selection) like(column, value string) string {
	value = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(value)
	return "lower(" + column + ") LIKE lower(" + s.arg("%"+value+"%") + `) ESCAPE '\'`
}

// holds is the condition "field contains word". A masked identity number is found by
// the whole of it or by the end that is shown, or it could be felt for digit by digit.
func (s *selection) holds(f *field, word string) string {
	column := "t." + f.name
	switch {
	case !f.masked || f.format != "idno":
		return s.like(column, word)
	case len(word) == idnoShown && identity.MatchString(word):
		return column + " LIKE " + s.arg("%"+strings.ToUpper(word))
	}
	return column + " = " + s.arg(strings.ToUpper(word))
}

func (tb *table) search(s *selection, value string) *fault {
	clean, bad := (&field{kind: text}).fromString(value)
	if bad != nil {
		return bad
	}
	words := strings.Fields(clean.(string))
	if len(words) > maxWords {
		return refuse("关键词太多", "Too many words")
	}
	for _, word := range words {
		var anywhere []string
		for _, f := range tb.all {
			if f.search {
				anywhere = append(anywhere, s.holds(f, word))
			}
		}
		if anywhere == nil {
			return refuse("此台账不能按关键词查找", "This register cannot be searched by words")
		}
		s.add("(" + strings.Join(anywhere, " OR ") + ")")
	}
	return nil
}

func chooseIDs(s *selection, column, value string) *fault {
	return (&field{kind: ident}).choose(s, column, value)
}

// choose adds "column is one of the values".
func (f *field) choose(s *selection, column, value string) *fault {
	texts := strings.Split(value, ",")
	if len(texts) > maxChoices {
		return refuse("选择的值太多", "Too many values")
	}
	stored := make([]any, len(texts))
	for i, t := range texts {
		var bad *fault
		if f.kind == ident {
			stored[i], bad = f.fromString(t)
		} else {
			stored[i], bad = f.fromText(t)
		}
		if bad != nil {
			return bad
		}
	}
	s.add(access.In(column, stored, &s.args))
	return nil
}

func (f *field) filterBy(s *selection, value string) *fault {
	column := "t." + f.name
	switch {
	case f.filter == "range":
		return f.filterRange(s, column, value)
	case f.filter == "contains":
		clean, bad := (&field{kind: text}).fromString(value)
		if bad == nil {
			s.add(s.like(column, clean.(string)))
		}
		return bad
	case f.kind == list:
		var any []string
		for _, v := range strings.Split(value, ",") {
			one, bad := f.fromList([]string{f.optionValue(v)})
			if bad != nil {
				return bad
			}
			any = append(any, s.like(column, strings.Trim(one.(string), "[]")))
		}
		s.add("(" + strings.Join(any, " OR ") + ")")
		return nil
	}
	return f.choose(s, column, value)
}

func (f *field) filterRange(s *selection, column, value string) *fault {
	from, to, both := strings.Cut(value, "~")
	if !both {
		to = from
	}
	for i, bound := range []string{from, to} {
		bound = strings.TrimSpace(bound)
		if bound == "" {
			continue
		}
		stored, bad := f.fromText(bound)
		if bad != nil {
			return bad
		}
		if i == 0 {
			s.add(column + " >= " + s.arg(stored))
			continue
		}
		sign := " <= "
		if d, err := calendar.ParseDate(normalDate(bound)); err == nil && f.format == "datetime" {
			stored, sign = d.End(), " < " // the whole last day
		}
		s.add(column + sign + s.arg(stored))
	}
	return nil
}
