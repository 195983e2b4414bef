package app

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/lifang/lifang/internal/db"
)

// A backup is one tar.zst with these members: the database first, then the
// files, then the manifest with the size and sha256 of each. Files are never
// changed or removed once stored, so taking them after the database makes sure
// that everything the database names is there.
const (
	databaseMember = "database"
	manifestMember = "manifest.json"
	// FilesFolder holds the attachments inside the data folder.
	FilesFolder = "files"
)

// Manifest says what a backup holds.
type Manifest struct {
	Version string                    `json:"version"`
	Engine  string                    `json:"engine"`
	MadeAt  string                    `json:"made_at"`
	Members map[string]ManifestMember `json:"members"`
}

// ManifestMember is one file of a backup.
type ManifestMember struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func engineName(url string) string {
	if url != "" {
		return db.PostgreSQL.String()
	}
	return db.SQLite.String()
}

// Backup writes a backup of the data to a file, which appears under its name only
// when it is complete. The house need not be open, and may be open elsewhere.
func Backup(ctx context.Context, config Config, target string) (m *Manifest, err error) {
	temp, err := os.MkdirTemp(filepath.Dir(target), ".lifang-backup-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	copied := filepath.Join(temp, databaseMember)
	if err := db.Copy(ctx, db.Options{Dir: config.Dir, URL: config.URL}, copied); err != nil {
		return nil, err
	}
	part := filepath.Join(temp, "backup")
	file, err := os.Create(part)
	if err != nil {
		return nil, err
	}
	defer file.Close() // closed below when all went well
	packed, err := zstd.NewWriter(file)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(packed)
	m = &Manifest{Version: config.Version, Engine: engineName(config.URL), MadeAt: time.Now().UTC().Format(time.RFC3339), Members: map[string]ManifestMember{}}
	if err := pack(archive, m, databaseMember, copied); err != nil {
		return nil, err
	}
	root := filepath.Join(config.Dir, FilesFolder)
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == root:
			return nil
		case err != nil || entry.IsDir():
			return err
		case len(entry.Name()) != 64:
			return nil // being received at this moment, or a small picture that can be made again
		}
		inside, err := filepath.Rel(config.Dir, name)
		if err != nil {
			return err
		}
		return pack(archive, m, filepath.ToSlash(inside), name)
	})
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := archive.WriteHeader(&tar.Header{Name: manifestMember, Mode: 0o640, Size: int64(len(text))}); err != nil {
		return nil, err
	}
	if _, err := archive.Write(text); err != nil {
		return nil, err
	}
	if err := errors.Join(archive.Close(), packed.Close(), file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	return m, os.Rename(part, target)
}

func pack(archive *tar.Writer, m *Manifest, member, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: member, Mode: 0o640, Size: info.Size(), ModTime: info.ModTime()}); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(archive, sum), file); err != nil {
		return fmt.Errorf("%s: %w", member, err)
	}
	m.Members[member] = ManifestMember{info.Size(), hex.EncodeToString(sum.Sum(nil))}
	return nil
}

// Restore unpacks a backup into an empty folder (and an empty PostgreSQL
// database, if the backup is of one) and compares every file with the manifest.
// The caller then opens the house and verifies it.
func Restore(ctx context.Context, config Config, source string) (m *Manifest, err error) {
	file, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if err := os.MkdirAll(config.Dir, 0o750); err != nil {
		return nil, err
	}
	present, err := os.ReadDir(config.Dir)
	if err != nil {
		return nil, err
	}
	if len(present) > 0 {
		return nil, fmt.Errorf("%s is not empty; restore into an empty folder", config.Dir)
	}
	unpacked, err := zstd.NewReader(file)
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	found := map[string]ManifestMember{}
	archive := tar.NewReader(unpacked)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the backup is damaged: %w", err)
		}
		if header.Name == manifestMember {
			m = &Manifest{}
			if err := json.NewDecoder(archive).Decode(m); err != nil {
				return nil, fmt.Errorf("the backup is damaged: %w", err)
			}
			continue
		}
		member, err := unpack(archive, config.Dir, header.Name)
		if err != nil {
			return nil, err
		}
		found[header.Name] = member
	}
	switch {
	case m == nil:
		return nil, errors.New("the backup is cut off: its list of contents is missing")
	case m.Engine != engineName(config.URL):
		return nil, fmt.Errorf("the backup is of %s; name such a database", m.Engine)
	}
	for name, want := range m.Members {
		if found[name] != want {
			return nil, fmt.Errorf("the backup is damaged: %s is not what was saved", name)
		}
	}
	copied := filepath.Join(config.Dir, databaseMember)
	if err := db.Place(ctx, db.Options{Dir: config.Dir, URL: config.URL}, copied); err != nil {
		return nil, err
	}
	if err := os.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return m, nil
}

func unpack(from io.Reader, dir, name string) (ManifestMember, error) {
	clean := path.Clean(name)
	if !filepath.IsLocal(filepath.FromSlash(clean)) || clean != databaseMember && !strings.HasPrefix(clean, FilesFolder+"/") {
		return ManifestMember{}, fmt.Errorf("the backup is damaged: odd member %q", name)
	}
	target := filepath.Join(dir, filepath.FromSlash(clean))
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return ManifestMember{}, err
	}
	file, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return ManifestMember{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), from)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return ManifestMember{}, fmt.Errorf("%s: %w", name, err)
	}
	return ManifestMember{size, hex.EncodeToString(sum.Sum(nil))}, nil
}
