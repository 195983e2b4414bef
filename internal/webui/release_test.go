//go:build release

package webui

import "testing"

// A release binary without its web apps must not leave the building.
func TestReleaseHoldsTheWebApps(t *testing.T) {
	site := New()
	for _, page := range []string{"index.html", "m/index.html", "o/index.html"} {
		if site.files[page] == nil {
			t.Errorf("%s is not embedded: run make web first", page)
		}
	}
}
