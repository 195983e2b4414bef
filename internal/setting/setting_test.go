package setting_test

import (
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/setting"
)

func TestProjectBeforeCompanyBeforeDefault(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key := setting.Key[int64]{Name: "fees.grace_days", Default: 5}
		const project db.ID = 77
		want := func(at db.ID, v int64) {
			t.Helper()
			if got, err := key.Get(t.Context(), d.Reader(), at); err != nil || got != v {
				t.Errorf("project %v: got %d %v, want %d", at, got, err, v)
			}
		}
		set := func(at db.ID, v int64) {
			t.Helper()
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return key.Set(t.Context(), tx, at, v, 1) }); err != nil {
				t.Fatal(err)
			}
		}
		want(project, 5)
		set(0, 7)
		want(project, 7)
		set(project, 10)
		set(project, 11)
		want(project, 11)
		want(0, 7)
		want(78, 7)
	})
}

func TestValueOfAnotherTypeIsAnErrorAndNotANumber(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		text := setting.Key[string]{Name: "x"}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return text.Set(t.Context(), tx, 0, "many", 1) }); err != nil {
			t.Fatal(err)
		}
		got, err := setting.Key[int64]{Name: "x", Default: 3}.Get(t.Context(), d.Reader(), 0)
		if err == nil || !strings.Contains(err.Error(), "setting x") || got != 3 {
			t.Fatalf("got %d %v", got, err)
		}
	})
}
