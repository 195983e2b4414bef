// Package notify tells people things: in the app, by mail, by text message, through
// the robots of work chats; and it wakes open screens.
//
// What is said is a template of the rule book ([Templates], */messages.yaml), in
// Chinese and English. The main type is [Notifier]:
//
//	err := notifier.Send(ctx, tx, notify.Notice{
//		Key: "case/42/late/100", Template: "flow.late", To: []db.ID{person}, Params: map[string]string{"no": no},
//	})
//
// The message in the app is a row of the caller's transaction. What leaves the house is
// a durable job with a key that the receiver gets too, tried again until it works, and
// not between 21:00 and 08:00 unless it is urgent (residents.md ). [Hub] is for
// screens only: a call that gets lost costs a refresh, nothing else.
//
// It must never decide who is to be told, and never put what concerns one person where
// others can read it: shared channels get only notices that name them.
package notify
