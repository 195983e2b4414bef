package blob

import (
	"bytes"
	"encoding/binary"
)

// orientation finds how a JPEG was stored (EXIF tag 0x0112), 1 to 8; 1 when it does
// not say or says it wrongly. It reads the beginning of the file only.
func orientation(jpeg []byte) int {
	if len(jpeg) < 4 || jpeg[0] != 0xFF || jpeg[1] != 0xD8 {
		return 1
	}
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xFF; {
		marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(jpeg) || marker == 0xDA {
			return 1
		}
		if body := jpeg[at+4 : end]; marker == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return fromTIFF(body[6:])
		}
		at = end
	}
	return 1
}

func fromTIFF(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := int64(order.Uint16(tiff[at:]))
	for i := range entries {
		entry := at + 2 + i*12
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if v := int(order.Uint16(tiff[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
