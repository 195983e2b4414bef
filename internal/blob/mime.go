package blob

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const megabyte = 1 << 20

// Types are the types that are taken, with the largest size of each in bytes.
var Types = map[string]int64{
	"image/jpeg": 20 * megabyte, "image/png": 20 * megabyte, "image/gif": 20 * megabyte, "image/webp": 20 * megabyte, "image/heic": 20 * megabyte,
	"application/pdf": 50 * megabyte, "text/csv": 50 * megabyte,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 50 * megabyte,
	"audio/mpeg": 50 * megabyte, "audio/mp4": 50 * megabyte, "audio/amr": 50 * megabyte, "audio/wave": 50 * megabyte, "application/ogg": 50 * megabyte,
	"video/mp4": 200 * megabyte, "video/webm": 200 * megabyte, "video/quicktime": 200 * megabyte,
}

// largest is the most that is read of any upload.
const largest = 200 * megabyte

const sniffed = 4096

// detect finds the type by content; "" for what is not on the list. The name decides
// nothing but whether plain text is a table.
func detect(content io.ReaderAt, size int64, name string) (string, error) {
	head := make([]byte, min(sniffed, size))
	if _, err := content.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	}
	if mime := fromBox(head); mime != "" {
		return known(mime), nil
	}
	switch {
	case bytes.HasPrefix(head, []byte("#!AMR")):
		return "audio/amr", nil
	case len(head) > 2 && head[0] == 0xFF && head[1]&0xE6 == 0xE2: // an MPEG audio frame of layer III without tags
		return "audio/mpeg", nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return workbook(content, size), nil
	}
	mime, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if mime == "text/plain" && strings.EqualFold(path.Ext(name), ".csv") && readable(head) {
		return "text/csv", nil
	}
	return known(mime), nil
}

func known(mime string) string {
	if _, ok := Types[mime]; ok {
		return mime
	}
	return ""
}

// fromBox reads the brand of an ISO media file, which the standard library knows only in part.
func fromBox(head []byte) string {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return ""
	}
	switch brand := string(head[8:12]); {
	case brand == "heic" || brand == "heix" || brand == "mif1" || brand == "msf1":
		return "image/heic"
	case strings.HasPrefix(brand, "M4A"):
		return "audio/mp4"
	case brand == "qt  ":
		return "video/quicktime"
	}
	return "video/mp4"
}

// workbook tells an xlsx from other zip files by its parts; nothing is unpacked.
func workbook(content io.ReaderAt, size int64) string {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return ""
	}
	for _, part := range archive.File {
		if part.Name == "xl/workbook.xml" {
			return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		}
	}
	return ""
}

// readable reports text in UTF-8 or GB18030, which Excel in China writes.
func readable(head []byte) bool {
	for cut := 0; cut < 4 && cut < len(head); cut++ { // the sample may end within a character
		part := head[:len(head)-cut]
		if utf8.Valid(part) {
			return true
		}
		if text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(part); err == nil && !bytes.ContainsRune(text, utf8.RuneError) {
			return true
		}
	}
	return len(head) == 0
}
