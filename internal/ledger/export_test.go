package ledger

// For tests outside the package.
var StoredLines = storedLines

// Terms returns the names of a line's amount with their signs.
func Terms(l RuleLine) map[string]int {
	signs := map[string]int{}
	for _, t := range l.sum {
		signs[t.name] = 1
		if t.negative {
			signs[t.name] = -1
		}
	}
	return signs
}

// Dimensions returns what entries of an account must name.
func (l *Ledger) Dimensions(code string) []string {
	for _, a := range l.chart {
		if a.Code == code {
			return a.Dimensions
		}
	}
	return nil
}
