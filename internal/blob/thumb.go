package blob

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // decoders of what is taken
	"image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/lifang/lifang/internal/problem"
)

// Widths are the widths of thumbnails in pixels; another width gets the next larger.
var Widths = []int{160, 320, 640, 1280}

// mostPixels bounds the memory that decoding one image takes.
const mostPixels = 60_000_000

// thumbs makes small images and keeps them beside the originals: they can be made
// again at any time, so losing them costs nothing. One is made at a time.
type thumbs struct {
	dir  string
	turn chan struct{}
}

func newThumbs(dir string) thumbs { return thumbs{dir: dir, turn: make(chan struct{}, 1)} }

// Thumb opens a JPEG of at least the width (at most 1280, never larger than the image),
// upright whichever way the phone was held. Files that are not images, and HEIC, which
// cannot be decoded here, give a 415 problem.
func (s *Store) Thumb(f File, width int) (io.ReadSeekCloser, error) {
	for _, w := range Widths {
		if width = max(width, 1); w >= width || w == Widths[len(Widths)-1] {
			width = w
			break
		}
	}
	target := filepath.Join(s.thumbs.dir, fmt.Sprintf("%s-%d.jpg", f.SHA256, width))
	if file, err := os.Open(target); err == nil {
		return file, nil
	}
	s.thumbs.turn <- struct{}{}
	defer func() { <-s.thumbs.turn }()
	content, err := s.folder.open(f.SHA256)
	if err != nil {
		return nil, err
	}
	small, err := shrink(content, width)
	if err = errors.Join(err, content.Close()); err != nil {
		return nil, err
	}
	if err := s.thumbs.save(target, small); err != nil {
		return nil, err
	}
	return os.Open(target)
}

func (t thumbs) save(target string, small []byte) error {
	if err := os.MkdirAll(t.dir, 0o750); err != nil {
		return err
	}
	file, err := os.CreateTemp(t.dir, "*")
	if err != nil {
		return err
	}
	_, err = file.Write(small)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return os.Rename(file.Name(), target)
}

func noPreview() error {
	return problem.New(http.StatusUnsupportedMediaType, "no_preview", "这个文件没有预览图，请打开原文件", "There is no preview of this file, open the file itself")
}

func shrink(content io.ReadSeeker, width int) ([]byte, error) {
	config, format, err := image.DecodeConfig(content)
	if err != nil || config.Width <= 0 || config.Height <= 0 || config.Width*config.Height > mostPixels {
		return nil, noPreview()
	}
	turned := 1
	if format == "jpeg" {
		if _, err := content.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		head := make([]byte, 64<<10)
		n, err := io.ReadFull(content, head)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return nil, err
		}
		turned = orientation(head[:n])
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(content)
	if err != nil {
		return nil, noPreview()
	}
	w, h := picture.Bounds().Dx(), picture.Bounds().Dy()
	upright := w
	if turned >= 5 { // lying on its side
		upright = h
	}
	if width < upright {
		w, h = max(1, w*width/upright), max(1, h*width/upright)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // behind transparent parts
	draw.ApproxBiLinear.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	err = jpeg.Encode(&out, turn(small, turned), &jpeg.Options{Quality: 82})
	return out.Bytes(), err
}

// turn sets an image upright that was stored in one of the eight ways of EXIF.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			var to image.Point
			switch orientation {
			case 2:
				to = image.Pt(w-1-x, y)
			case 3:
				to = image.Pt(w-1-x, h-1-y)
			case 4:
				to = image.Pt(x, h-1-y)
			case 5:
				to = image.Pt(y, x)
			case 6:
				to = image.Pt(h-1-y, x)
			case 7:
				to = image.Pt(h-1-y, w-1-x)
			case 8:
				to = image.Pt(y, w-1-x)
			}
			out.SetRGBA(to.X, to.Y, m.RGBAAt(x, y))
		}
	}
	return out
}
