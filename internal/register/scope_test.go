package register_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// everything a clerk of project A may do with flats.
func clerkOfA() context.Context {
	return clerk("test.flat.admin", "test.flat_sensitive.read", "test.block.write")
}

func TestOtherProjectsDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		homeA, homeB := newBlock(t, d, projectA, "A1"), newBlock(t, d, projectB, "B1")
		mine := newFlat(t, d, someFlat(homeA, "mine"))
		foreign := someFlat(homeB, "theirs")
		foreign.ProjectID, foreign.Owner, foreign.Phone = projectB, "李大四", "13900001111"
		theirs := newFlat(t, d, foreign)
		ctx := clerkOfA()

		for name, query := range map[string]url.Values{
			"plain": nil, "their id": {"id": {theirs.ID.String()}}, "their project": {"project": {projectB.String()}}, "search": {"q": {"theirs"}},
			"both projects": {"project": {"1001,1002"}}, "archived": {"archived": {"all"}}, "their block": {"block_id": {homeB.String()}},
		} {
			page, err := flats.List(ctx, d.Reader(), query)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"plain": "mine", "both projects": "mine", "archived": "mine"}[name]
			if codes(page.Items) != want || int(page.Total) != len(page.Items) || page.Sums["area"] != int64(len(page.Items))*9050 {
				t.Errorf("%s: sees %q of %d, sums %v", name, codes(page.Items), page.Total, page.Sums)
			}
		}
		var exported []string
		if err := flats.Export(ctx, d, nil, func([]register.Column) error { return nil }, func(cells []register.Cell) error {
			exported = append(exported, cells[0].Text)
			return nil
		}); err != nil || strings.Join(exported, " ") != "mine" {
			t.Errorf("export has %v, %v", exported, err)
		}
		if selected, err := flats.Select(ctx, d.Reader(), "1 = 1 OR 1 = 1"); err != nil || codes(selected) != "mine" {
			t.Errorf("select sees %s, %v", codes(selected), err)
		}
		reads := map[string]func(id db.ID) error{
			"get":     func(id db.ID) error { _, err := flats.Get(ctx, d.Reader(), id); return err },
			"json":    func(id db.ID) error { _, err := flats.GetJSON(ctx, d.Reader(), id); return err },
			"history": func(id db.ID) error { _, err := flats.History(ctx, d.Reader(), id); return err },
		}
		writes := map[string]func(tx *db.Tx, id db.ID) error{
			"reveal": func(tx *db.Tx, id db.ID) error { _, err := flats.Reveal(ctx, tx, id, "phone"); return err },
			"update": func(tx *db.Tx, id db.ID) error {
				_, err := flats.Update(ctx, tx, id, 0, func(f *flat) error { f.Area = 5; return nil })
				return err
			},
			"archive": func(tx *db.Tx, id db.ID) error { return flats.Archive(ctx, tx, id, 0) },
			"restore": func(tx *db.Tx, id db.ID) error { return flats.Restore(ctx, tx, id, 0) },
		}
		for name, write := range writes {
			reads[name] = func(id db.ID) error { return d.Write(ctx, func(tx *db.Tx) error { return write(tx, id) }) }
		}
		for name, read := range reads {
			unknown := read(4711)
			e := wants(t, read(theirs.ID), "not_found")
			if u, _ := problem.As(unknown); u == nil || u.Error() != e.Error() {
				t.Errorf("%s tells a foreign row (%v) from an unknown one (%v)", name, e, unknown)
			}
			if err := read(mine.ID); err != nil {
				t.Errorf("%s of the own row: %v", name, err)
			}
		}
		// Nothing may be put into or attached to the other project.
		for body, code := range map[string]string{
			`{"project_id":"1002","code":"x","area":1,"block_id":"` + homeB.String() + `"}`: "forbidden",
			`{"code":"x","area":1,"block_id":"` + homeA.String() + `"}`:                     "forbidden",
			`{"project_id":"1001","code":"x","area":1,"block_id":"` + homeB.String() + `"}`: "invalid",
		} {
			err := d.Write(ctx, func(tx *db.Tx) error { _, _, err := flats.CreateJSON(ctx, tx, []byte(body)); return err })
			wants(t, err, code)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := flats.Update(ctx, tx, mine.ID, 0, func(f *flat) error { f.ProjectID = projectB; return nil })
			return err
		})
		wants(t, err, "forbidden")
		if _, err := flats.Importer(ctx, projectB, []string{"房号"}); err == nil {
			t.Error("an import into the other project began")
		}
		im, err := flats.Importer(ctx, projectA, []string{"房号", "楼栋", "面积"})
		if err != nil {
			t.Fatal(err)
		}
		judged, err := im.Judge(ctx, d.Reader(), [][]string{{"n1", "B1", "5"}, {"theirs", "A1", "6"}})
		if err != nil || len(judged[0].Faults) != 1 || judged[1].ID != 0 {
			t.Errorf("import reaches the other project: %+v %v", judged, err)
		}
	})
}

func TestEachActionNeedsItsPermission(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		home := newBlock(t, d, projectA, "A1")
		f := someFlat(home, "1")
		f.Phone = "13900001111"
		row := newFlat(t, d, f)
		nobody := context.Background()
		actions := map[string]func(ctx context.Context) error{
			"read": func(ctx context.Context) error { _, err := flats.List(ctx, d.Reader(), nil); return err },
			"export": func(ctx context.Context) error {
				return flats.Export(ctx, d, nil, func([]register.Column) error { return nil }, func([]register.Cell) error { return nil })
			},
			"write": func(ctx context.Context) error {
				return d.Write(ctx, func(tx *db.Tx) error {
					_, err := flats.Update(ctx, tx, row.ID, 0, func(f *flat) error { f.Area++; return nil })
					return err
				})
			},
			"create": func(ctx context.Context) error {
				return d.Write(ctx, func(tx *db.Tx) error {
					f := someFlat(home, fmt.Sprint(tx.NewID()))
					return flats.Create(ctx, tx, &f)
				})
			},
			"import": func(ctx context.Context) error {
				_, err := flats.Importer(ctx, projectA, []string{"房号"})
				return err
			},
			"reveal": func(ctx context.Context) error {
				return d.Write(ctx, func(tx *db.Tx) error { _, err := flats.Reveal(ctx, tx, row.ID, "phone"); return err })
			},
			"reveal all": func(ctx context.Context) error {
				return flats.Export(ctx, d, url.Values{"reveal": {"1"}}, func([]register.Column) error { return nil }, func([]register.Cell) error { return nil })
			},
		}
		allowed := map[string]string{
			"test.flat.read": "read", "test.flat.write": "read write create import", "test.flat.export": "read export",
			"test.flat.admin": "read write create import export", "test.flat_sensitive.read": "", "test.block.admin": "",
		}
		for grant, may := range allowed {
			for name, act := range actions {
				err := act(clerk(grant))
				if slicesHas(may, name) {
					if err != nil {
						t.Errorf("%s with %s: %v", name, grant, err)
					}
					continue
				}
				wants(t, err, "forbidden")
			}
		}
		for name, act := range actions {
			t.Run(name, func(t *testing.T) { wants(t, act(nobody), "unauthenticated") })
		}
		both := clerk("test.flat.export", "test.flat_sensitive.read")
		for _, name := range []string{"reveal", "reveal all"} {
			if err := actions[name](both); err != nil {
				t.Errorf("%s with both rights: %v", name, err)
			}
		}
	})
}

func slicesHas(words, word string) bool {
	return strings.Contains(" "+words+" ", " "+word+" ")
}

type note struct {
	register.Row
	Title    string `zh:"标题" en:"Title" lf:"required,primary,sort"`
	AuthorID db.ID  `zh:"作者" en:"Author"`
}

var notes = register.New(register.Def[note]{Name: "test-notes", Table: "test_note", Zh: "便签", En: "Notes", Permission: "test.note", Self: "author_id"})

var shared = register.New(register.Def[note]{Name: "test-shared", Table: "test_note", Zh: "共享", En: "Shared", Permission: "test.note", Scope: register.Company})

func TestSelfAndCompanyScopes(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			_, err := tx.ExecContext(system, `CREATE TABLE test_note (`+head+`title TEXT NOT NULL, author_id BIGINT NOT NULL)`)
			return err
		})
		own := &access.Principal{Kind: access.Staff, PersonID: 78}
		own.Grant("test.note.write", access.Scope{Self: true})
		ctx := access.With(context.Background(), own)
		add := func(ctx context.Context, title string, author db.ID) error {
			return d.Write(ctx, func(tx *db.Tx) error { return notes.Create(ctx, tx, &note{Title: title, AuthorID: author}) })
		}
		for _, author := range []db.ID{78, 79} {
			if err := add(system, fmt.Sprint(author), author); err != nil {
				t.Fatal(err)
			}
		}
		page, err := notes.List(ctx, d.Reader(), nil)
		if err != nil || len(page.Items) != 1 || page.Items[0].Title != "78" {
			t.Errorf("own rows: %d, %v", page.Total, err)
		}
		if err := add(ctx, "mine", 78); err != nil {
			t.Error(err)
		}
		wants(t, add(ctx, "yours", 79), "forbidden")
		page, err = shared.List(clerk("test.note.read"), d.Reader(), nil)
		if err != nil || page.Total != 3 {
			t.Errorf("company rows: %d, %v", page.Total, err)
		}
		change := func(ctx context.Context) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				_, err := shared.Update(ctx, tx, page.Items[0].ID, 0, func(n *note) error { n.Title += "x"; return nil })
				return err
			})
		}
		wants(t, change(clerk("test.note.write")), "forbidden") // shared rows belong to the company
		if can := strings.Join(shared.Can(access.From(clerk("test.note.admin"))), " "); can != "read export" {
			t.Errorf("a project's clerk can %s", can)
		}
		if _, err := shared.Importer(clerk("test.note.write"), projectA, []string{"标题"}); err == nil {
			t.Error("a project's clerk began an import of shared rows")
		}
		if err := change(system); err != nil {
			t.Error(err)
		}
		page, err = shared.List(ctx, d.Reader(), nil) // only self, but the register knows no owner
		if err != nil || page.Total != 0 {
			t.Errorf("self scope on shared rows: %d, %v", page.Total, err)
		}
	})
}
