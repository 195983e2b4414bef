// Package blob keeps files: photos, documents, recordings, workbooks.
//
// Content lies in a folder under its SHA-256, so the same content is kept once and a
// changed byte is always found; a table row per upload says what people call it. The
// main type is [Store]:
//
//	files, err := blob.Open(d, filepath.Join(dir, "files"))
//	f, err := files.Put(ctx, r, blob.Upload{Name: "漏水.jpg", By: account, Project: project})
//	content, err := files.Content(f)
//
// A file becomes visible only when it is whole and on the disk: it is written beside,
// synced and renamed, and its row is written last.
//
// It must never trust a name or a declared type: the type comes from the content, and
// what is not on the list of types is refused. Who may see a file is the caller's to
// decide.
package blob
