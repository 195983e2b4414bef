// Package hc brings in the workbooks of HC 小区管理系统: hc.xlsx (a sheet each for buildings and units, owners, fee
// settings, rooms and parking spaces) and importRoom.xlsx (one flat sheet, a row per person).
//
// The main type is [Source]. It recognises sheets by their titles, wherever these stand, ignores columns it does not
// know, and judges every value strictly; the codes of that system (1001, 110, 2003 …) and the words for them are both
// understood. The two other workbooks of that system, resource store and meter machines, are not estate data and are
// refused with a sentence that says so.
//
//	result, err := hc.Source{}.Run(ctx, migrate.In{DB: d, Book: book, Project: project, Batch: batch, Write: true})
//
// Reading a file twice creates nothing twice. It must never guess: a value that is not understood is a fault with its
// cell, and the row stays out.
package hc
