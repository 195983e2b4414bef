package bpmn

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Mark is how an element is shown: done, now, next or not yet.
type Mark string

// The marks become classes of the drawing.
const (
	Done Mark = "lf-done"
	Now  Mark = "lf-now"
	Next Mark = "lf-next"
)

// Look says how a diagram is drawn: labels in Chinese ("zh") or English ("en"), and the mark of each element by id.
type Look struct {
	Lang  string
	Marks map[string]Mark
}

// SVG draws the diagram. There is no colour and no style in it, only classes: lf-flow (root), lf-node with lf-task, lf-event,
// lf-gateway and the mark, lf-shape, lf-icon, lf-text, lf-caption, lf-line, lf-arrow, so that the page decides about light and dark.
func (d *Diagram) SVG(look Look) string {
	var b strings.Builder
	name := d.Process.Name
	if look.Lang == "en" {
		name = d.Process.En
	}
	fmt.Fprintf(&b, `<svg class="lf-flow" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`,
		d.W, d.H, d.W, d.H, html.EscapeString(name))
	for _, l := range d.Lines {
		d.line(&b, l, look)
	}
	for _, s := range d.Shapes {
		s.draw(&b, look)
	}
	b.WriteString("</svg>")
	return b.String()
}

func pick(look Look, zh, en string) string {
	if look.Lang == "en" {
		return en
	}
	return zh
}

func (d *Diagram) line(b *strings.Builder, l *Line, look Look) {
	class := "lf-line"
	from, to := look.Marks[l.Flow.From.ID], look.Marks[l.Flow.To.ID]
	if from == Done && (to == Done || to == Now) {
		class += " lf-done"
	}
	var path strings.Builder
	for i, p := range l.Points {
		op := "L"
		if i == 0 {
			op = "M"
		}
		fmt.Fprintf(&path, "%s%d %d", op, p.X, p.Y)
	}
	end := l.Points[len(l.Points)-1]
	fmt.Fprintf(b, `<g class="%s"><path d="%s" fill="none"/><path class="lf-arrow" d="M%d %dl-8 -4v8z"/>`, class, path.String(), end.X, end.Y)
	if text := pick(look, l.Flow.Name, l.Flow.En); text != "" {
		p, y := l.Points[0], -5
		if l.Points[1].X == p.X { // it leaves downwards
			y = 14
		}
		fmt.Fprintf(b, `<text class="lf-caption" x="%d" y="%d">%s</text>`, p.X+4, p.Y+y, html.EscapeString(clip(text, 10)))
	}
	b.WriteString("</g>")
}

func (s *Shape) draw(b *strings.Builder, look Look) {
	e := s.Element
	kind := "lf-task"
	if isEvent(e) {
		kind = "lf-event"
	} else if isGateway(e) {
		kind = "lf-gateway"
	}
	class := "lf-node " + kind
	if m := look.Marks[e.ID]; m != "" {
		class += " " + string(m)
	}
	name := pick(look, e.Name, e.En)
	fmt.Fprintf(b, `<g class="%s" data-node="%s"><title>%s</title>`, class, html.EscapeString(e.ID), html.EscapeString(name))
	cx, cy := s.X+s.W/2, s.Y+s.H/2
	switch kind {
	case "lf-event":
		s.event(b, cx, cy)
	case "lf-gateway":
		fmt.Fprintf(b, `<path class="lf-shape" d="M%d %dL%d %dL%d %dL%d %dz"/>`, cx, s.Y, s.X+s.W, cy, cx, s.Y+s.H, s.X, cy)
		s.gateway(b, cx, cy)
	default:
		fmt.Fprintf(b, `<rect class="lf-shape" x="%d" y="%d" width="%d" height="%d" rx="8"/>`, s.X, s.Y, s.W, s.H)
	}
	if kind == "lf-task" {
		lines := wrap(name, s.W-16, 3)
		for i, t := range lines {
			y := cy + 5 + (2*i-len(lines)+1)*9
			fmt.Fprintf(b, `<text class="lf-text" x="%d" y="%d" text-anchor="middle">%s</text>`, cx, y, html.EscapeString(t))
		}
	} else if e.Host == nil {
		lines := wrap(name, 96, 2)
		for i, t := range lines {
			y := s.Y + s.H + 15 + 15*i
			if kind == "lf-gateway" { // flows leave below
				y = s.Y - 6 - 15*(len(lines)-1-i)
			}
			fmt.Fprintf(b, `<text class="lf-caption" x="%d" y="%d" text-anchor="middle">%s</text>`, cx, y, html.EscapeString(t))
		}
	}
	b.WriteString("</g>")
}

func (s *Shape) event(b *strings.Builder, cx, cy int) {
	r := s.W / 2
	class := "lf-shape"
	if s.Element.Type == "endEvent" {
		class += " lf-end"
	}
	if s.Element.Type == "boundaryEvent" && s.Element.Node.Attr("cancelActivity") == "false" {
		class += " lf-side"
	}
	fmt.Fprintf(b, `<circle class="%s" cx="%d" cy="%d" r="%d"/>`, class, cx, cy, r)
	if s.Element.Type == "boundaryEvent" || strings.HasPrefix(s.Element.Type, "intermediate") {
		fmt.Fprintf(b, `<circle class="lf-icon" fill="none" cx="%d" cy="%d" r="%d"/>`, cx, cy, r-3)
		fmt.Fprintf(b, `<path class="lf-icon" fill="none" d="M%d %dv-6M%d %dl4 3"/>`, cx, cy, cx, cy)
	}
	if len(s.Element.Events) > 0 && s.Element.Events[0].Local == "terminateEventDefinition" {
		fmt.Fprintf(b, `<circle class="lf-icon lf-full" cx="%d" cy="%d" r="%d"/>`, cx, cy, r-7)
	}
}

func (s *Shape) gateway(b *strings.Builder, cx, cy int) {
	switch s.Element.Type {
	case "exclusiveGateway":
		fmt.Fprintf(b, `<path class="lf-icon" fill="none" d="M%d %dl12 12M%d %dl-12 12"/>`, cx-6, cy-6, cx+6, cy-6)
	case "parallelGateway":
		fmt.Fprintf(b, `<path class="lf-icon" fill="none" d="M%d %dh18M%d %dv18"/>`, cx-9, cy, cx, cy-9)
	case "inclusiveGateway":
		fmt.Fprintf(b, `<circle class="lf-icon" fill="none" cx="%d" cy="%d" r="9"/>`, cx, cy)
	}
}

// width is the width of a rune in px at 13 px: a Chinese character is about 13, a Latin letter 7.
func width(r rune) int {
	if r < 0x2e80 {
		return 7
	}
	return 13
}

// wrap breaks a text into lines of at most px, at spaces in Latin text, anywhere in Chinese; what does not fit ends in "…".
func wrap(text string, px, most int) []string {
	var lines []string
	line, used := "", 0
	for _, w := range words(text) {
		n := 0
		for _, r := range w {
			n += width(r)
		}
		if used+n > px && line != "" {
			lines = append(lines, strings.TrimSpace(line))
			line, used, w = "", 0, strings.TrimLeft(w, " ")
		}
		line += w
		used += n
	}
	if strings.TrimSpace(line) != "" {
		lines = append(lines, strings.TrimSpace(line))
	}
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = clip(lines[most-1], max(1, utf8.RuneCountInString(lines[most-1])-1)) + "…"
	}
	return lines
}

// words splits before every space and around every Chinese character.
func words(text string) []string {
	var out []string
	for _, r := range text {
		if len(out) == 0 || r == ' ' || r >= 0x2e80 {
			out = append(out, string(r))
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(out[len(out)-1])
		if last >= 0x2e80 {
			out = append(out, string(r))
			continue
		}
		out[len(out)-1] += string(r)
	}
	return out
}

func clip(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return string(r[:n])
}
