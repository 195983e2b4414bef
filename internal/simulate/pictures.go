package simulate

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"

	"github.com/lifang/lifang/internal/blob"
	"github.com/lifang/lifang/internal/flow"
)

// pictures stores the photos and the signature that the stories attach: drawn, not taken.
func (s *sim) pictures() error {
	for name, c := range map[string]struct{ wall, spot color.RGBA }{
		"report": {color.RGBA{214, 208, 196, 255}, color.RGBA{112, 128, 136, 255}},
		"before": {color.RGBA{205, 201, 190, 255}, color.RGBA{96, 78, 62, 255}},
		"after":  {color.RGBA{226, 229, 224, 255}, color.RGBA{84, 148, 132, 255}},
	} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, tiles(c.wall, c.spot), &jpeg.Options{Quality: 80}); err != nil {
			return err
		}
		if err := s.store(name, name+".jpg", &b); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, signature()); err != nil {
		return err
	}
	return s.store("sign", "sign.png", &b)
}

func (s *sim) store(key, name string, content *bytes.Buffer) error {
	f, err := s.Files.Put(s.ctx, content, blob.Upload{Name: name, TakenAt: s.clock.Now(), Geo: "30.2741,120.1551"})
	s.photos[key] = flow.File{ID: f.ID, SHA256: f.SHA256, Name: f.Name, Mime: f.Mime, Size: f.Size, TakenAt: f.TakenAt, Geo: f.Geo}
	return err
}

// tiles draws a tiled wall with a pipe and a spot on it.
func tiles(wall, spot color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(img, img.Bounds(), image.NewUniform(wall), image.Point{}, draw.Src)
	for y := range 480 {
		for x := range 640 {
			dx, dy := float64(x-380), float64(y-250)
			switch {
			case x%80 < 2 || y%80 < 2:
				img.Set(x, y, color.RGBA{wall.R - 30, wall.G - 30, wall.B - 30, 255})
			case x > 300 && x < 330:
				img.Set(x, y, color.RGBA{150 + uint8(x-300), 152, 156, 255}) //nolint:gosec // 300 < x < 330
			case math.Hypot(dx, dy*1.4) < 90+12*math.Sin(dx/9):
				img.Set(x, y, spot)
			}
		}
	}
	return img
}

// signature draws a stroke of a pen.
func signature() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 360, 140))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for i := range 3000 {
		t := float64(i) / 3000
		x, y := 30+300*t+14*math.Sin(31*t), 70+34*math.Sin(23*t)*(1-t/2)
		for d := range 4 {
			img.Set(int(x)+d%2, int(y)+d/2, color.RGBA{31, 38, 40, 255})
		}
	}
	return img
}
