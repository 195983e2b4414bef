package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// scanner cuts XML into tags and text without building a tree. It keeps the raw bytes of each piece, so that a part
// can be copied with small changes. It refuses document types (entity bombs) and anything unbalanced it depends on is
// checked by its callers.
type scanner struct {
	r    *bufio.Reader
	long []byte // a piece that did not fit into the reader's buffer
}

type tokenKind byte

const (
	tokText tokenKind = iota
	tokStart
	tokEnd
	tokEmpty // <a/>
	tokOther // declaration, comment, processing instruction
	tokCDATA
)

// token is valid until the next call of scanner.next.
type token struct {
	kind tokenKind
	raw  []byte
	name []byte // local name, without prefix
}

func newScanner(r io.Reader) *scanner { return &scanner{r: bufio.NewReaderSize(r, 64<<10)} }

var errXML = errors.New("malformed xml")

// until returns everything up to and including delim.
func (s *scanner) until(delim byte) ([]byte, error) {
	b, err := s.r.ReadSlice(delim)
	if err == nil {
		return b, nil
	}
	s.long = append(s.long[:0], b...)
	for errors.Is(err, bufio.ErrBufferFull) {
		b, err = s.r.ReadSlice(delim)
		s.long = append(s.long, b...)
		if len(s.long) > maxToken {
			return nil, errXML
		}
	}
	return s.long, err
}

func (s *scanner) next() (token, error) {
	c, err := s.r.ReadByte()
	if err != nil {
		return token{}, err
	}
	if err := s.r.UnreadByte(); err != nil {
		return token{}, err
	}
	if c != '<' {
		b, err := s.until('<')
		if err != nil {
			if errors.Is(err, io.EOF) && len(bytes.TrimSpace(b)) == 0 {
				return token{}, io.EOF
			}
			return token{}, noEOF(err)
		}
		if err := s.r.UnreadByte(); err != nil {
			return token{}, err
		}
		return token{kind: tokText, raw: b[:len(b)-1]}, nil
	}
	return s.tag()
}

func (s *scanner) tag() (token, error) {
	b, err := s.until('>')
	if err != nil {
		return token{}, noEOF(err)
	}
	switch {
	case len(b) > 3 && b[1] == '?':
		return token{kind: tokOther, raw: b}, nil
	case bytes.HasPrefix(b, []byte("<!--")):
		b, err = s.more(b, "-->")
		return token{kind: tokOther, raw: b}, err
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		b, err = s.more(b, "]]>")
		return token{kind: tokCDATA, raw: b}, err
	case len(b) < 3 || b[1] == '!':
		return token{}, errXML
	}
	if openQuote(b) {
		if b, err = s.closeQuote(b); err != nil {
			return token{}, err
		}
	}
	t := token{kind: tokStart, raw: b}
	from, to := 1, len(b)-1
	if b[1] == '/' {
		t.kind, from = tokEnd, 2
	} else if b[to-1] == '/' {
		t.kind, to = tokEmpty, to-1
	}
	name := b[from:to]
	if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if len(name) == 0 {
		return token{}, errXML
	}
	t.name = name
	return t, nil
}

// more goes on reading a comment or CDATA section that holds a '>' until its real end.
func (s *scanner) more(b []byte, end string) ([]byte, error) {
	if bytes.HasSuffix(b, []byte(end)) {
		return b, nil
	}
	all := append([]byte(nil), b...)
	for !bytes.HasSuffix(all, []byte(end)) {
		c, err := s.r.ReadByte()
		if err != nil {
			return nil, noEOF(err)
		}
		if all = append(all, c); len(all) > maxToken {
			return nil, errXML
		}
	}
	return all, nil
}

// closeQuote goes on reading a tag whose attribute value holds a '>'.
func (s *scanner) closeQuote(b []byte) ([]byte, error) {
	all := append([]byte(nil), b...)
	for openQuote(all) {
		more, err := s.until('>')
		if err != nil {
			return nil, noEOF(err)
		}
		if all = append(all, more...); len(all) > maxToken {
			return nil, errXML
		}
	}
	return all, nil
}

func openQuote(b []byte) bool {
	if bytes.IndexByte(b, '"') < 0 && bytes.IndexByte(b, '\'') < 0 {
		return false
	}
	var q byte
	for _, c := range b {
		switch {
		case q == 0 && (c == '"' || c == '\''):
			q = c
		case c == q:
			q = 0
		}
	}
	return q != 0
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// attr returns the raw (escaped) value of an attribute by its local name, nil if absent.
func (t token) attr(name string) []byte {
	from, to, ok := t.attrSpan(name)
	if !ok {
		return nil
	}
	return t.raw[from:to]
}

// attrSpan finds the value of an attribute inside raw.
func (t token) attrSpan(name string) (from, to int, ok bool) {
	b := t.raw
	i := 1
	for i < len(b) && !blank(b[i]) {
		i++
	}
	for i < len(b) {
		for i < len(b) && (blank(b[i]) || b[i] == '/' || b[i] == '>') {
			i++
		}
		start := i
		for i < len(b) && b[i] != '=' && !blank(b[i]) {
			i++
		}
		key := b[start:i]
		for i < len(b) && (blank(b[i]) || b[i] == '=') {
			i++
		}
		if i >= len(b) || (b[i] != '"' && b[i] != '\'') {
			return 0, 0, false
		}
		quote := b[i]
		i++
		from = i
		for i < len(b) && b[i] != quote {
			i++
		}
		if i >= len(b) {
			return 0, 0, false
		}
		if j := bytes.LastIndexByte(key, ':'); j >= 0 && !bytes.HasPrefix(key, []byte("xmlns")) {
			key = key[j+1:]
		}
		if string(key) == name {
			return from, i, true
		}
		i++
	}
	return 0, 0, false
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// unescape appends the characters that b stands for: XML entities, and Excel's _xHHHH_ for control characters.
func unescape(dst, b []byte) []byte {
	if bytes.IndexByte(b, '&') < 0 && !bytes.Contains(b, []byte("_x")) {
		return append(dst, b...)
	}
	for len(b) > 0 {
		if b[0] == '&' {
			if end := bytes.IndexByte(b, ';'); end > 0 && end < 12 {
				if r, ok := entity(string(b[1:end])); ok {
					dst = utf8.AppendRune(dst, r)
					b = b[end+1:]
					continue
				}
			}
		}
		if b[0] == '_' && len(b) >= 7 && b[1] == 'x' && b[6] == '_' {
			if n, err := strconv.ParseUint(string(b[2:6]), 16, 16); err == nil {
				dst = utf8.AppendRune(dst, rune(n))
				b = b[7:]
				continue
			}
		}
		dst = append(dst, b[0])
		b = b[1:]
	}
	return dst
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := 10, name[1:]
	if digits[0] == 'x' || digits[0] == 'X' {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), err == nil && n <= utf8.MaxRune
}

// escape appends text as XML character data; characters XML cannot hold are dropped.
func escape(dst []byte, text string) []byte {
	for _, r := range text {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		case r < 0x20 && r != '\n' && r != '\t', r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
