package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/ledger"
	"github.com/lifang/lifang/internal/organisation"
	"github.com/lifang/lifang/internal/setting"
	"github.com/lifang/lifang/rulebook"
)

// publishedHash is the content of the rule book that was published last.
var publishedHash = setting.Key[string]{Name: "rulebook.hash"}

// publish brings the rule book's content into the database: positions, chart of
// accounts, fee items, flows and forms. When nothing changed since the last
// start it only compares a hash.
func (a *App) publish(ctx context.Context) error {
	hash, err := contentHash(rulebook.Files, a.Config.Version)
	if err != nil {
		return err
	}
	known, err := publishedHash.Get(ctx, a.DB.Reader(), 0)
	if err != nil || known == hash {
		return err
	}
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		if err := organisation.Sync(ctx, tx, a.Directory.Catalogue()); err != nil {
			return err
		}
		if err := a.Ledger.Install(ctx, tx, ledger.General); err != nil {
			return err
		}
		return a.Fees.Install(ctx, tx, rulebook.Files)
	})
	if err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	if err := a.Flow.Load(ctx, rulebook.Files); err != nil {
		return fmt.Errorf("rule book: %w", err)
	}
	return a.DB.Write(ctx, func(tx *db.Tx) error { return publishedHash.Set(ctx, tx, 0, hash, 0) })
}

func contentHash(files fs.FS, version string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, version)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
