package sheet

import (
	"strconv"
	"strings"
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain    = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPackage = "http://schemas.openxmlformats.org/package/2006/"
	listSheet = "_options"
)

type packagePart struct{ name, body string }

// packageParts are the small files around the sheets. Sheets after the first visible ones are hidden.
func packageParts(names []string, visible int) []packagePart {
	var types, sheets, rels strings.Builder
	for i, name := range names {
		n := strconv.Itoa(i + 1)
		state := ""
		if i >= visible {
			state = ` state="hidden"`
		}
		types.WriteString(`<Override PartName="/xl/worksheets/sheet` + n +
			`.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`)
		sheets.WriteString(`<sheet name="` + string(escape(nil, name)) + `" sheetId="` + n + `"` + state + ` r:id="rId` + n + `"/>`)
		rels.WriteString(`<Relationship Id="rId` + n + `" Type="` + nsOffice + `/worksheet" Target="worksheets/sheet` + n + `.xml"/>`)
	}
	rels.WriteString(`<Relationship Id="rIdS" Type="` + nsOffice + `/styles" Target="styles.xml"/>`)
	return []packagePart{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="` + nsPackage + `content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` +
			types.String() + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + nsPackage + `relationships">` +
			`<Relationship Id="rId1" Type="` + nsOffice + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + nsPackage + `relationships">` + rels.String() + `</Relationships>`},
		{"xl/styles.xml", stylesXML()},
	}
}

// stylesXML lists the cell formats in the order of the style constants.
func stylesXML() string {
	var numFmts, decimals strings.Builder
	for scale := range 7 {
		id := strconv.Itoa(170 + scale)
		code := "#,##0"
		if scale > 0 {
			code += "." + strings.Repeat("0", scale)
		}
		numFmts.WriteString(`<numFmt numFmtId="` + id + `" formatCode="` + code + `"/>`)
		decimals.WriteString(`<xf numFmtId="` + id + `" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`)
	}
	xf := func(numFmt, font, fill int, more string) string {
		return `<xf numFmtId="` + strconv.Itoa(numFmt) + `" fontId="` + strconv.Itoa(font) + `" fillId="` + strconv.Itoa(fill) +
			`" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"` + more
	}
	return xmlHead + `<styleSheet xmlns="` + nsMain + `">` +
		`<numFmts count="9"><numFmt numFmtId="168" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="169" formatCode="yyyy\-mm\-dd\ hh:mm"/>` +
		numFmts.String() + `</numFmts>` +
		`<fonts count="4"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font>` +
		`<font><b/><sz val="11"/><color rgb="FFB3261E"/><name val="等线"/></font><font><sz val="9"/><color rgb="FF5F6368"/><name val="等线"/></font></fonts>` +
		`<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
		`<fill><patternFill patternType="solid"><fgColor rgb="FFEEF1F5"/><bgColor indexed="64"/></patternFill></fill>` +
		badFill + `</fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="16">` +
		xf(49, 0, 0, `/>`) + // styleText
		xf(49, 0, 0, ` quotePrefix="1"/>`) + // styleQuoted
		xf(49, 1, 2, `/>`) + // styleTitle
		xf(49, 2, 2, `/>`) + // styleRequired
		xf(49, 3, 0, ` applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>`) + // styleNote
		xf(1, 0, 0, `/>`) + // styleInteger
		xf(168, 0, 0, `/>`) + // styleDay
		xf(169, 0, 0, `/>`) + // styleInstant
		xf(49, 0, 3, `/>`) + // styleBad
		decimals.String() + `</cellXfs></styleSheet>`
}

// badFill is the red background of a bad cell.
const badFill = `<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/><bgColor indexed="64"/></patternFill></fill>`
