package bpmn

import "slices"

// Diagram is the derived layout of a process, in pixels: every shape in a cell of its own on a grid, every line in the
// gutters between the cells, so that no shapes overlap and no line runs through a shape.
type Diagram struct {
	Process *Process
	W, H    int
	Shapes  []*Shape
	Lines   []*Line
}

// Shape is where an element is drawn.
type Shape struct {
	Element    *Element
	X, Y, W, H int
	col, row   int
	rest       int // length of the longest way from here on
}

// Line is where a sequence flow is drawn: corners from its source to its target.
type Line struct {
	Flow   *Flow
	Points []Point
}

// Point is a place in a diagram.
type Point struct{ X, Y int }

// Sizes in pixels. gap is the free space beside a cell before tracks for lines are added; track the distance of two lines.
const (
	taskW, taskH = 128, 68
	roundSize    = 36 // events
	diamond      = 44 // gateways
	boundSize    = 28
	gap, track   = 22, 12
	margin       = 16
	captionH     = 40 // below events and gateways
)

// Layout places the elements of a process. It is deterministic: the same file gives the same picture.
func Layout(p *Process) *Diagram {
	l := &layouter{p: p, shape: map[*Element]*Shape{}, taken: map[[2]int]bool{}}
	l.columns()
	l.rows()
	l.route()
	return l.place()
}

type layouter struct {
	p      *Process
	shape  map[*Element]*Shape
	order  []*Shape // elements in cells, boundary events excluded
	taken  map[[2]int]bool
	cols   int
	nrows  int
	routes []*path
	vtrack []int // lines that use the gutter right of column i-1
	htrack []int // lines that use the gutter below row i-1
}

// path is a line before pixels are known: by which gutters it goes.
type path struct {
	flow     *Flow
	from, to *Shape
	bound    int  // 1-based number of the boundary event it starts from, 0 when it starts at the right side
	straight bool // in one row, nothing between
	below    bool // leaves a gateway at its lower corner
	v1, t1   int  // gutter and track of the first vertical part
	h, th    int  // gutter and track of the horizontal part, h < 0 when there is none
	v2, t2   int  // gutter and track of the last vertical part
	h0, t0   int  // of a boundary event or lower corner: gutter below it
}

func host(e *Element) *Element {
	if e.Host != nil {
		return e.Host
	}
	return e
}

// columns gives every element the length of the longest way to it, flows that close a circle not counted.
func (l *layouter) columns() {
	for _, e := range l.p.Elements {
		if e.Host == nil {
			s := &Shape{Element: e, W: taskW, H: taskH}
			switch {
			case isEvent(e):
				s.W, s.H = roundSize, roundSize
			case isGateway(e):
				s.W, s.H = diamond, diamond
			}
			l.shape[e] = s
			l.order = append(l.order, s)
		}
	}
	closing := l.closing()
	for range l.order { // longest paths by relaxation; at most one round per element
		changed := false
		for _, f := range l.p.Flows {
			from, to := l.shape[host(f.From)], l.shape[f.To]
			if to == nil || closing[f] {
				continue
			}
			if to.col < from.col+1 {
				to.col, changed = from.col+1, true
			}
			if from.rest < to.rest+1 {
				from.rest, changed = to.rest+1, true
			}
		}
		if !changed {
			break
		}
	}
	for _, s := range l.order {
		l.cols = max(l.cols, s.col+1)
	}
}

// closing finds the flows that lead back to an element whose way is still being walked.
func (l *layouter) closing() map[*Flow]bool {
	out, state := map[*Flow]bool{}, map[*Element]int{}
	var visit func(e *Element)
	visit = func(e *Element) {
		state[e] = 1
		for _, src := range append([]*Element{e}, e.Bounds...) {
			for _, f := range src.Out {
				to := host(f.To)
				switch state[to] {
				case 1:
					out[f] = true
				case 0:
					visit(to)
				}
			}
		}
		state[e] = 2
	}
	for _, s := range l.order {
		if len(s.Element.In) == 0 && state[s.Element] == 0 {
			visit(s.Element)
		}
	}
	for _, s := range l.order {
		if state[s.Element] == 0 {
			visit(s.Element)
		}
	}
	return out
}

// rows keeps the longest way in one row and puts branches below it.
func (l *layouter) rows() {
	want := map[*Shape]int{}
	byCol := slices.Clone(l.order)
	slices.SortStableFunc(byCol, func(a, b *Shape) int { return a.col - b.col })
	for _, s := range byCol {
		row, fixed := want[s]
		if !fixed {
			row = 0
		}
		for l.taken[[2]int{s.col, row}] {
			row++
		}
		s.row = row
		l.taken[[2]int{s.col, row}] = true
		l.nrows = max(l.nrows, row+1)
		below := 0
		for _, f := range l.onward(s) {
			to := l.shape[f.To]
			at := row + below
			if f.From.Host != nil {
				at = row + max(1, below)
			}
			if w, ok := want[to]; !ok || at < w {
				want[to] = at
			}
			below++
		}
	}
}

// onward gives the flows that lead forward from a shape: the longest way first, those of its boundary events last.
func (l *layouter) onward(s *Shape) []*Flow {
	var out []*Flow
	for _, src := range append([]*Element{s.Element}, s.Element.Bounds...) {
		from := len(out)
		for _, f := range src.Out {
			if to := l.shape[f.To]; to != nil && to.col > s.col {
				out = append(out, f)
			}
		}
		slices.SortStableFunc(out[from:], func(a, b *Flow) int { return l.shape[b.To].rest - l.shape[a.To].rest })
	}
	return out
}

// free tells that a row has no shape between two columns.
func (l *layouter) free(row, from, to int) bool {
	for c := from + 1; c < to; c++ {
		if l.taken[[2]int{c, row}] {
			return false
		}
	}
	return true
}

// route chooses gutters and tracks for every line.
func (l *layouter) route() {
	l.vtrack, l.htrack = make([]int, l.cols+1), make([]int, l.nrows+1)
	use := func(tracks []int, i int) int {
		tracks[i]++
		return tracks[i]
	}
	// Flows between two elements next to each other in one row go straight; only one may leave straight from each.
	gone := map[*Shape]bool{}
	for _, f := range l.p.Flows {
		from, to := l.shape[host(f.From)], l.shape[f.To]
		if to == nil {
			continue
		}
		r := &path{flow: f, from: from, to: to, h: -1}
		l.routes = append(l.routes, r)
		if f.From.Host != nil {
			r.bound = 1 + slices.Index(f.From.Host.Bounds, f.From)
			r.h0 = from.row + 1
			r.t0 = use(l.htrack, r.h0)
			r.v2 = to.col
			r.t2 = use(l.vtrack, r.v2)
			continue
		}
		if from.row == to.row && from.col < to.col && l.free(from.row, from.col, to.col) && !gone[from] {
			r.straight, gone[from] = true, true
			continue
		}
		if isGateway(from.Element) && to.row >= from.row {
			r.below = true
			r.h0 = from.row + 1
			r.t0 = use(l.htrack, r.h0)
			r.v2 = to.col
			r.t2 = use(l.vtrack, r.v2)
			continue
		}
		r.v1 = from.col + 1
		r.t1 = use(l.vtrack, r.v1)
		if to.col == from.col+1 {
			continue // one vertical part is enough
		}
		r.h = from.row + 1
		if to.row > from.row {
			r.h = to.row
		}
		r.th = use(l.htrack, r.h)
		r.v2 = to.col
		r.t2 = use(l.vtrack, r.v2)
	}
}

// place turns columns, rows and tracks into pixels.
func (l *layouter) place() *Diagram {
	colW, rowH := make([]int, l.cols), make([]int, l.nrows)
	for _, s := range l.order {
		colW[s.col] = max(colW[s.col], s.W, 72)
		h := s.H
		if s.H != taskH {
			h = max(taskH, s.H+2*captionH) // the caption hangs below, the shape stays centred
		}
		if len(s.Element.Bounds) > 0 {
			h += boundSize
		}
		rowH[s.row] = max(rowH[s.row], h)
	}
	vx, hy := make([]int, l.cols+1), make([]int, l.nrows+1) // left edge of a vertical, upper edge of a horizontal gutter
	colX, rowY := make([]int, l.cols), make([]int, l.nrows)
	x, y := margin, margin
	for i := range l.vtrack {
		vx[i] = x
		if i > 0 || l.vtrack[i] > 0 {
			x += 2*gap + track*l.vtrack[i]
		}
		if i < l.cols {
			colX[i] = x
			x += colW[i]
		}
	}
	for i := range l.htrack {
		hy[i] = y
		y += 6 + track*l.htrack[i]
		if i < l.nrows {
			rowY[i] = y
			y += rowH[i]
		}
	}
	d := &Diagram{Process: l.p, W: x - gap + margin, H: y + margin}
	for _, s := range l.order {
		s.X, s.Y = colX[s.col]+(colW[s.col]-s.W)/2, rowY[s.row]+(rowH[s.row]-s.H)/2
		d.Shapes = append(d.Shapes, s)
		for i, b := range s.Element.Bounds {
			d.Shapes = append(d.Shapes, &Shape{Element: b, W: boundSize, H: boundSize,
				X: s.X + s.W - (i+1)*(boundSize+8), Y: s.Y + s.H - boundSize/2})
		}
	}
	vAt := func(v, t int) int { return vx[v] + gap + track*(t-1) + track/2 }
	hAt := func(h, t int) int { return hy[h] + 3 + track*(t-1) + track/2 }
	for _, r := range l.routes {
		fy, ty := r.from.Y+r.from.H/2, r.to.Y+r.to.H/2
		end := []Point{{r.to.X, ty}}
		var pts []Point
		switch {
		case r.bound > 0 || r.below:
			bx, by := r.from.X+r.from.W/2, r.from.Y+r.from.H
			if r.bound > 0 {
				bx, by = r.from.X+r.from.W-r.bound*(boundSize+8)+boundSize/2, by+boundSize/2
			}
			h, v := hAt(r.h0, r.t0), vAt(r.v2, r.t2)
			pts = []Point{{bx, by}, {bx, h}, {v, h}, {v, ty}}
		case r.straight:
			pts = []Point{{r.from.X + r.from.W, fy}}
		case r.h < 0:
			v := vAt(r.v1, r.t1)
			pts = []Point{{r.from.X + r.from.W, fy}, {v, fy}, {v, ty}}
		default:
			v, h, w := vAt(r.v1, r.t1), hAt(r.h, r.th), vAt(r.v2, r.t2)
			pts = []Point{{r.from.X + r.from.W, fy}, {v, fy}, {v, h}, {w, h}, {w, ty}}
		}
		d.Lines = append(d.Lines, &Line{Flow: r.flow, Points: append(pts, end...)})
	}
	return d
}

func isEvent(e *Element) bool {
	switch e.Type {
	case "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent":
		return true
	}
	return false
}

func isGateway(e *Element) bool {
	switch e.Type {
	case "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway":
		return true
	}
	return false
}
