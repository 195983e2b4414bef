// Package sheet reads and writes tables: xlsx workbooks and csv files, in a stream, with every cell named.
//
// The main type is [Book]: an opened file whose rows pass by one at a time, so that a workbook of a hundred thousand
// rows needs no more memory than one of ten. Cells keep what the file says about them (text, number, date), and
// convert strictly: [Cell.Int], [Cell.Scaled], [Cell.Date], [Cell.Bool] either give an exact value or a [Reason] in
// Chinese and English. [Book.Find] searches the header row, wherever it stands; [Fault] names a bad cell;
// [Annotate] gives the same workbook back with the bad cells red and an error column; [Writer] exports in a stream.
//
//	book, err := sheet.OpenFile("rooms.xlsx", sheet.DefaultLimits)
//	table, err := book.Find("房屋", []sheet.Column{{Key: "code", Titles: []string{"房号"}, Required: true}})
//	err = table.Each(func(r sheet.Record) error { fmt.Println(r.Number, r.Cell("code").Str()); return nil })
//
// It must never guess a value, evaluate a formula, hold a whole sheet in memory, or trust the sizes a file claims.
package sheet
