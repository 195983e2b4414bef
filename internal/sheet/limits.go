package sheet

import "github.com/lifang/lifang/internal/problem"

// Limits bound what a file may cost before it is refused. All sizes in bytes.
type Limits struct {
	FileBytes   int64 // size of the file itself
	Entries     int   // parts inside an xlsx
	TotalBytes  int64 // sum of all unpacked parts
	Ratio       int64 // unpacked : packed of one part above 1 MiB
	SharedBytes int64 // text of the shared string table, the one part kept in memory
	Rows        int   // rows in one sheet
}

// DefaultLimits let a workbook of a million rows through and stop zip bombs.
var DefaultLimits = Limits{
	FileBytes:   256 << 20,
	Entries:     4096,
	TotalBytes:  3 << 30,
	Ratio:       200,
	SharedBytes: 96 << 20,
	Rows:        1 << 20,
}

// maxToken is the longest piece of XML accepted at once: a cell holds at most 32 767 characters.
const maxToken = 1 << 20

// maxColumns is the number of columns an xlsx may have (A…XFD).
const maxColumns = 16384

func broken(zh, en string) error { return problem.New(422, "file_broken", zh, en) }

var (
	errBroken = broken("文件已损坏或不完整，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。",
		"The file is damaged or incomplete. Open it in Excel or WPS, save it again as .xlsx and upload that.")
	errOld = problem.New(422, "file_old_or_locked", "这是旧版 .xls 或加了密码的文件，请去掉密码并另存为 .xlsx 再上传。",
		"This is an old .xls file or one protected by a password. Remove the password, save it as .xlsx and upload that.")
	errKind = problem.New(422, "file_kind", "只能导入 .xlsx 或 .csv 文件。", "Only .xlsx and .csv files can be imported.")
	errBomb = problem.New(422, "file_bomb", "文件解压后异常巨大，已拒绝。请删除空白区域和图片后另存为新文件。",
		"The file unpacks to an abnormal size and was refused. Delete blank areas and pictures and save it as a new file.")
	errTooBig  = problem.New(413, "file_too_big", "文件太大，请拆成几个文件导入。", "The file is too big. Split it into several files.")
	errEmpty   = problem.New(422, "file_empty", "文件是空的。", "The file is empty.")
	errTooMany = problem.New(422, "file_too_many_rows", "工作表的行数超过上限，请拆成几个文件导入。",
		"The sheet has too many rows. Split it into several files.")
)
