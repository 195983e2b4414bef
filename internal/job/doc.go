// Package job does durable work: what must happen after a commit, later, or
// again and again, even if the process is killed in between.
//
// A job is one row, written in the caller's own transaction. A [Queue] on every
// node claims due rows under a lease, runs the handler of their kind and records
// the outcome; a node that dies simply lets its leases expire.
//
//	q := job.NewQueue(d, job.Options{})
//	job.Handle(q, "import.write", job.Long, func(ctx context.Context, run *job.Run, a WriteArgs) error { … })
//	q.Start(ctx)
//	err := d.Write(ctx, func(tx *db.Tx) error {
//		_, err := q.Enqueue(ctx, tx, job.Job{Kind: "import.write", Args: WriteArgs{ID: id}})
//		return err
//	})
//
// Delivery is at least once. A handler whose effects are in this database makes
// it exactly once by calling [Run.CompleteIn] in the transaction of its effects;
// a handler that talks to the outside hands its key to the receiver.
//
// It must never know what a job is about, and a handler must never keep a
// transaction open while it waits for anything outside the database.
package job
