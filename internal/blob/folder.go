package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// folder keeps content under its SHA-256: ab/abcdef….
type folder struct{ dir string }

func (f folder) path(sum string) string { return filepath.Join(f.dir, sum[:2], sum) }

// prepare makes the folder and clears away what an interrupted upload left behind.
func (f folder) prepare() error {
	if err := os.MkdirAll(filepath.Join(f.dir, "incoming"), 0o750); err != nil {
		return err
	}
	left, err := os.ReadDir(filepath.Join(f.dir, "incoming"))
	if err != nil {
		return err
	}
	for _, entry := range left {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			if err := os.Remove(filepath.Join(f.dir, "incoming", entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// draft is content that is not kept yet.
type draft struct {
	file *os.File
	sum  string
	size int64
}

var errTooLarge = errors.New("larger than any file that is taken")

// receive writes what r gives to a file beside the others.
func (f folder) receive(r io.Reader) (_ *draft, err error) {
	file, err := os.CreateTemp(filepath.Join(f.dir, "incoming"), "*")
	if err != nil {
		return nil, err
	}
	d := &draft{file: file}
	hash := sha256.New()
	d.size, err = io.Copy(io.MultiWriter(file, hash), io.LimitReader(r, largest+1))
	if err == nil && d.size > largest {
		err = errTooLarge
	}
	if err != nil {
		return nil, errors.Join(err, d.drop())
	}
	d.sum = hex.EncodeToString(hash.Sum(nil))
	return d, nil
}

func (d *draft) drop() error {
	err := d.file.Close()
	if err := os.Remove(d.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// keep makes a draft permanent: on the disk before it has its name, and the name on
// the disk before keep returns.
func (f folder) keep(d *draft) error {
	target := f.path(d.sum)
	if _, err := os.Stat(target); err == nil {
		return d.drop() // the same content is there already
	}
	if err := errors.Join(d.file.Sync(), d.file.Close()); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return err
	}
	if err := os.Rename(d.file.Name(), target); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(target)), syncDir(f.dir))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f folder) open(sum string) (*os.File, error) { return os.Open(f.path(sum)) }

// check reads content again and compares.
func (f folder) check(sum string, size int64) error {
	file, err := f.open(sum)
	if err != nil {
		return err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sum || n != size {
		return fmt.Errorf("the content has changed: %d bytes with SHA-256 %s, expected %d bytes", n, got, size)
	}
	return nil
}
