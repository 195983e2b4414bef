package register

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
)

// The tags of a field:
//
//	zh, en            title in both languages (needed)
//	help, help_en     a sentence below the field
//	col               column and JSON name; otherwise the field name in snake_case
//	opts              "home=住宅/Home/ok|shop=商铺/Shop": value=Chinese/English/tone
//	ref               name of the register whose id the field holds (type db.ID); the row
//	                  referred to must lie in the same project, unless lf has anywhere
//	group             "基本/Basic": the section of the form
//	alias             "房间号|房号名称": other titles under which imports know the column
//	pattern           regular expression the whole text must match
//	lf                comma-separated words:
//	  required        must not be empty (text "", number 0 is allowed, ref 0, date "")
//	  unique          unique in the project (in the company for Company registers);
//	                  unique=a+b: together with columns a and b. Needs a UNIQUE index.
//	  primary         the row's name: the link in lists, the label of refs (one field)
//	  search          searched by the word q
//	  sort            may be sorted by
//	  filter=in       ?use=home,shop      filter=range   ?area=90~120 (display units)
//	  filter=contains ?name=王
//	  sum             summed over all matches of a list
//	  min=, max=      bounds in the stored unit; for text max is its length in characters
//	  scale=          decimals: 2 stores 0.01, shows 90.50 for 9050
//	  unit=           "㎡" or "元/月|CNY/month"
//	  format=         money (fen, scale 2), phone, idno, email, plate, name, textarea,
//	                  datetime (unix ms), month (202601, shown as 2026-01), url
//	  masked          shown as 138****1234 in lists; the full value is revealed and recorded
//	  readonly        set by code only
//	  once            may be set on create only
//	  computed        no column: set by Def.Fill after reading
//	  default=        value of new rows when the client sends none
//	  json            the field holds a Go value stored as JSON text
//	  width=, fixed, hidden   for the table on the screen
type field struct {
	name     string // column and JSON name
	zh, en   string
	help     string
	helpEn   string
	offset   uintptr
	kind     kind
	typ      reflect.Type
	options  []option
	ref      string
	group    string // Chinese title of the form section
	groupEn  string
	aliases  []string
	pattern  *regexp.Regexp
	required bool
	unique   bool
	with     []string // further columns of the unique key
	primary  bool
	search   bool
	sort     bool
	filter   string // in, range, contains or ""
	sum      bool
	min, max *int64
	scale    int
	unit     string
	unitEn   string
	format   string
	masked   bool
	readonly bool
	once     bool
	anywhere bool
	computed bool
	initial  any // default as stored, nil for none
	width    int
	fixed    bool
	hidden   bool
	system   bool // part of Row
}

// kind is how a field is stored.
type kind int

const (
	text     kind = iota // string, TEXT
	whole                // int64, BIGINT
	optional             // *int64, BIGINT that may be NULL
	flag                 // bool, BIGINT 0/1
	ident                // db.ID, BIGINT
	date                 // calendar.Date, TEXT
	list                 // []string, TEXT with a JSON array, '' when empty
	object               // any Go value, TEXT with JSON, '' when empty
)

type option struct{ value, zh, en, tone string }

// exact is the largest whole number a browser can hold.
const exact = 1<<53 - 1

// mostSummed bounds fields that are summed, so that no sum overflows 64 bits.
const mostSummed = 1_000_000_000_000

var formats = []string{"", "money", "phone", "idno", "email", "plate", "name", "textarea", "datetime", "month", "url"}

func kindOf(t reflect.Type, json bool) (kind, bool) {
	switch {
	case json:
		return object, true
	case t == reflect.TypeFor[db.ID]():
		return ident, true
	case t == reflect.TypeFor[calendar.Date]():
		return date, true
	case t == reflect.TypeFor[[]string]():
		return list, true
	case t == reflect.TypeFor[*int64]():
		return optional, true
	case t.Kind() == reflect.String:
		return text, true
	case t.Kind() == reflect.Int64:
		return whole, true
	case t.Kind() == reflect.Bool:
		return flag, true
	}
	return 0, false
}

// parseField reads one struct field; an error names what is wrong with its tags.
func parseField(s reflect.StructField) (*field, error) {
	f := &field{
		name: s.Tag.Get("col"), zh: s.Tag.Get("zh"), en: s.Tag.Get("en"), help: s.Tag.Get("help"), helpEn: s.Tag.Get("help_en"),
		ref: s.Tag.Get("ref"), offset: s.Offset, typ: s.Type,
	}
	if f.name == "" {
		f.name = snake(s.Name)
	}
	words := split(s.Tag.Get("lf"), ",")
	var ok bool
	if f.kind, ok = kindOf(s.Type, slices.Contains(words, "json")); !ok {
		return nil, fmt.Errorf("type %s cannot be a column (string, int64, *int64, bool, db.ID, calendar.Date, []string, or lf:\"json\")", s.Type)
	}
	if f.zh == "" || f.en == "" {
		return nil, fmt.Errorf("needs a zh and an en title")
	}
	f.group, f.groupEn, _ = strings.Cut(s.Tag.Get("group"), "/")
	f.aliases = split(s.Tag.Get("alias"), "|")
	if p := s.Tag.Get("pattern"); p != "" {
		compiled, err := regexp.Compile(`^(?:` + p + `)$`)
		if err != nil {
			return nil, fmt.Errorf("pattern: %w", err)
		}
		f.pattern = compiled
	}
	for _, o := range split(s.Tag.Get("opts"), "|") {
		value, titles, _ := strings.Cut(o, "=")
		parts := append(strings.Split(titles, "/"), "", "")
		if value == "" || parts[0] == "" || parts[1] == "" {
			return nil, fmt.Errorf("option %q: want value=中文/English/tone", o)
		}
		f.options = append(f.options, option{value, parts[0], parts[1], parts[2]})
	}
	for _, word := range words {
		if err := f.word(word); err != nil {
			return nil, err
		}
	}
	return f, f.consistent()
}

func (f *field) word(word string) (err error) {
	name, value, hasValue := strings.Cut(word, "=")
	switches := map[string]*bool{
		"required": &f.required, "primary": &f.primary, "search": &f.search, "sort": &f.sort, "sum": &f.sum,
		"masked": &f.masked, "readonly": &f.readonly, "once": &f.once, "anywhere": &f.anywhere, "computed": &f.computed, "fixed": &f.fixed, "hidden": &f.hidden,
	}
	if on, known := switches[name]; known && !hasValue {
		*on = true
		return nil
	}
	number := func() *int64 {
		n, e := strconv.ParseInt(value, 10, 64)
		if e != nil {
			err = fmt.Errorf("word %q needs a whole number", word)
		}
		return &n
	}
	switch {
	case name == "json" && !hasValue:
	case name == "unique":
		f.unique, f.with = true, split(value, "+")
	case name == "filter" && slices.Contains([]string{"in", "range", "contains"}, value):
		f.filter = value
	case name == "min" && hasValue:
		f.min = number()
	case name == "max" && hasValue:
		f.max = number()
	case name == "scale" && hasValue:
		f.scale = int(*number())
	case name == "width" && hasValue:
		f.width = int(*number())
	case name == "unit" && hasValue:
		f.unit, f.unitEn, _ = strings.Cut(value, "|")
	case name == "format" && slices.Contains(formats, value):
		f.format = value
	case name == "default" && hasValue:
		f.initial = value // turned into the stored form by consistent
	default:
		return fmt.Errorf("lf does not know %q", word)
	}
	return err
}

// consistent refuses combinations that cannot work and fills in what follows.
func (f *field) consistent() error {
	if f.format == "money" {
		f.scale = 2
	}
	if f.kind == whole && f.sum && f.max == nil {
		most := int64(mostSummed)
		f.max = &most
	}
	numeric := f.kind == whole || f.kind == optional
	ordered := numeric || f.kind == text || f.kind == date
	for _, rule := range []struct {
		broken bool
		reason string
	}{
		{f.ref != "" && f.kind != ident, "ref needs type db.ID"},
		{f.kind == ident && f.ref == "" && f.filter == "contains", "contains needs text"},
		{f.sum && f.kind != whole, "sum needs int64"},
		{f.scale != 0 && !numeric, "scale needs int64"},
		{f.scale < 0 || f.scale > 9, "scale must be 0 to 9"},
		{f.filter == "range" && !ordered, "filter=range needs a number, a date or text"},
		{f.filter == "contains" && f.kind != text && f.kind != list, "filter=contains needs text"},
		{f.filter == "in" && (f.kind == object || f.kind == optional), "filter=in cannot be used here"},
		{f.search && f.kind != text, "search needs text"},
		{f.sort && (f.kind == optional || f.kind == list || f.kind == object), "sort needs text, int64, bool, id or date"},
		{f.primary && f.kind != text, "primary needs text"},
		{f.masked && f.kind != text, "masked needs text"},
		{f.masked && f.sort, "a masked field cannot be sorted by: the order would give it away"},
		{f.unique && f.kind != text && f.kind != whole && f.kind != ident && f.kind != date, "unique needs text, int64, id or date"},
		{len(f.options) > 0 && f.kind != text && f.kind != list, "opts need string or []string"},
		{f.pattern != nil && f.kind != text, "pattern needs text"},
		{f.computed && (f.filter != "" || f.sort || f.search || f.sum || f.unique || f.required), "a computed field has no column to filter, sort, search, sum or check"},
		{f.format == "datetime" && !numeric, "format=datetime needs int64"},
		{f.format == "month" && f.kind != whole, "format=month needs int64"},
		{f.format == "money" && !numeric, "format=money needs int64"},
		{f.filter != "" && slices.Contains(queryWords, f.name), "the name is a word of the query language; set col"},
	} {
		if rule.broken {
			return fmt.Errorf("%s", rule.reason)
		}
	}
	if f.computed {
		f.readonly = true
	}
	if given, ok := f.initial.(string); ok {
		stored, bad := f.fromText(given)
		if bad != nil {
			return fmt.Errorf("default %q: %s", given, bad.en)
		}
		f.initial = stored
	}
	return nil
}

func (f *field) option(value string) (option, bool) {
	i := slices.IndexFunc(f.options, func(o option) bool { return o.value == value })
	if i < 0 {
		return option{}, false
	}
	return f.options[i], true
}

func split(s, sep string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, sep)
}

// snake turns BuildingID into building_id and PlateNo2 into plate_no2.
func snake(name string) string {
	var b strings.Builder
	upper := func(i int) bool { return i >= 0 && name[i] >= 'A' && name[i] <= 'Z' }
	for i := range len(name) {
		c := name[i]
		if upper(i) {
			endsAcronym := upper(i-1) && i+1 < len(name) && name[i+1] >= 'a' && name[i+1] <= 'z'
			if i > 0 && (!upper(i-1) || endsAcronym) {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
