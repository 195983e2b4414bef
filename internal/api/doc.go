// Package api is the edge of the house: it turns what the floors below offer
// into HTTP. One declaration per operation gives the route, the permission, the
// validated input, the answer and its place in the OpenAPI document.
//
//	api.Add(s, api.Op{
//		Method: "POST", Path: "/api/cashier/receipts", Permission: "fin.receipt.write",
//		Zh: "收款", En: "Take a payment", Tag: "cashier",
//	}, func(ctx context.Context, in *TakeIn) (*Receipt, error) { … })
//
// Input structs carry `path:"id"`, `query:"page"` and `header:"…"` fields and,
// if the operation has a JSON body, a field named Body; uploads carry a *Upload
// field. Output structs are the JSON body; a type that implements Responder
// writes the answer itself (files, streams). Handlers read who is calling with
// access.From(ctx) and return problem.Error for anything a person can mend.
//
// A group of operations is a Module: a function that adds its operations to a
// server. Modules live one per file here; app hands them their services.
//
// It must never hold business rules, and never open a transaction for more than
// its own tables (replayed answers).
package api
