package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// How sealing works. Record writes an entry and its id into audit_pending. Seal takes
// pending entries in any order of commit, hashes each, and writes one row of audit_seal
// that lists their ids and digests and is chained to the seal before by SHA-256. Whoever
// later changes, removes or adds an entry or a seal breaks the chain at a place that
// Verify names. Reading and hashing happen outside the write, which only adds the seal
// and clears the pending rows, so writers hardly notice.
//
// The chain proves nothing against somebody who rewrites all of it from the break on;
// for that, keep the Head of a Report elsewhere from time to time.

// sealSize is how many entries one seal covers at the most.
const sealSize = 512

const digestLength = sha256.Size

// Seal covers all pending entries with seals and says how many. Several nodes may run
// it at once: one wins each round, the others stop.
func Seal(ctx context.Context, d *db.DB) (sealed int, err error) {
	for {
		n, err := sealOnce(ctx, d)
		if errors.Is(err, db.ErrStale) || db.IsUnique(err) {
			return sealed, nil // another node is at it
		}
		if err != nil {
			return sealed, fmt.Errorf("seal the audit trail: %w", err)
		}
		sealed += n
		if n < sealSize {
			return sealed, nil
		}
	}
}

func sealOnce(ctx context.Context, d *db.DB) (int, error) {
	ids, members, err := pending(ctx, d.Reader())
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), d.Write(ctx, func(tx *db.Tx) error {
		last, err := lastSeal(ctx, tx)
		if err != nil {
			return err
		}
		s := seal{seq: last.seq + 1, at: tx.Now(), entries: int64(len(ids)), members: members, previous: last.digest}
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit_seal (seq, sealed_at, entries, members, previous, digest) VALUES ($1,$2,$3,$4,$5,$6)`,
			s.seq, s.at, s.entries, s.members, s.previous, s.sum()); err != nil {
			return err
		}
		var args []any
		result, err := tx.ExecContext(ctx, `DELETE FROM audit_pending WHERE `+access.In("entry_id", ids, &args), args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != int64(len(ids)) {
			return errors.Join(err, db.ErrStale)
		}
		return nil
	})
}

// pending reads entries no seal covers, with their ids and the members text of a seal.
func pending(ctx context.Context, q db.Queryer) (ids []int64, members []byte, err error) {
	err = entries(ctx, q, `JOIN audit_pending p ON p.entry_id = e.id ORDER BY e.id LIMIT $1`, []any{sealSize}, func(id int64, digest []byte) {
		ids = append(ids, id)
		members = append(binary.BigEndian.AppendUint64(members, uint64(id)), digest...)
	})
	return ids, members, err
}

// entries hashes the entries that a query tail selects.
func entries(ctx context.Context, q db.Queryer, tail string, args []any, fn func(id int64, digest []byte)) error {
	rows, err := q.QueryContext(ctx, `SELECT e.id, e.at, e.actor_id, e.person_id, e.object_id, e.project_id, e.actor_kind, e.actor, e.ip, e.device,
		e.language, e.action, e.object, e.before, e.after, e.note FROM audit_entry e `+tail, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var numbers [6]int64
		var texts [10]string
		targets := make([]any, 0, 16)
		for i := range numbers {
			targets = append(targets, &numbers[i])
		}
		for i := range texts {
			targets = append(targets, &texts[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		fn(numbers[0], digestOf(numbers, texts))
	}
	return errors.Join(rows.Err(), rows.Close())
}

// digestOf hashes an entry's columns, each text preceded by its length.
func digestOf(numbers [6]int64, texts [10]string) []byte {
	b := []byte("lifang audit entry 1\n")
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, t := range texts {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(t))), t...)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

type seal struct {
	seq, at, entries          int64
	members, previous, digest []byte
}

// sum is what the seal's digest must be.
func (s seal) sum() []byte {
	b := []byte("lifang audit seal 1\n")
	for _, n := range []int64{s.seq, s.at, s.entries, int64(len(s.members))} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	sum := sha256.Sum256(append(append(b, s.members...), s.previous...))
	return sum[:]
}

const sealColumns = `SELECT seq, sealed_at, entries, members, previous, digest FROM audit_seal `

func scanSeal(row interface{ Scan(...any) error }) (s seal, err error) {
	err = row.Scan(&s.seq, &s.at, &s.entries, &s.members, &s.previous, &s.digest)
	return s, err
}

// lastSeal is the end of the chain; before the first seal it is an empty one.
func lastSeal(ctx context.Context, q db.Queryer) (seal, error) {
	s, err := scanSeal(q.QueryRowContext(ctx, sealColumns+`ORDER BY seq DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return seal{digest: make([]byte, digestLength)}, nil
	}
	return s, err
}

// Report is the result of Verify.
type Report struct {
	Seals   int64
	Entries int64  // sealed entries that were checked
	Pending int64  // entries that wait for their seal
	Head    string // digest of the last seal, in hex: keep it elsewhere to prove later that nothing was rewritten
	Broken  *Break // nil: the chain is whole
}

// Break is the first place at which the trail is not what it was.
type Break struct {
	Seal   int64
	Entry  db.ID // 0: the seal itself
	Reason string
}

func (b Break) String() string {
	var where []string
	if b.Seal != 0 {
		where = append(where, fmt.Sprintf("seal %d", b.Seal))
	}
	if b.Entry != 0 {
		where = append(where, fmt.Sprintf("entry %d", b.Entry))
	}
	return strings.Join(where, ", ") + ": " + b.Reason
}

// Verify recomputes the chain from its beginning and names the first break. The error
// is only about reading the database.
func Verify(ctx context.Context, q db.Queryer) (Report, error) {
	var r Report
	last := seal{digest: make([]byte, digestLength)}
	for {
		s, err := scanSeal(q.QueryRowContext(ctx, sealColumns+`WHERE seq > $1 ORDER BY seq LIMIT 1`, last.seq))
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return r, err
		}
		if r.Broken, err = s.check(ctx, q, last); err != nil || r.Broken != nil {
			return r, err
		}
		r.Seals++
		r.Entries += s.entries
		last = s
	}
	r.Head = hex.EncodeToString(last.digest)
	return r, r.countUnsealed(ctx, q)
}

// check compares one seal with the one before it and with the entries it covers.
func (s seal) check(ctx context.Context, q db.Queryer, before seal) (*Break, error) {
	const size = 8 + digestLength
	switch {
	case s.seq != before.seq+1:
		return &Break{Seal: before.seq + 1, Reason: "the seal is missing"}, nil
	case !bytes.Equal(s.previous, before.digest):
		return &Break{Seal: s.seq, Reason: "it is not chained to the seal before"}, nil
	case !bytes.Equal(s.digest, s.sum()) || int64(len(s.members)) != s.entries*size:
		return &Break{Seal: s.seq, Reason: "the seal was changed"}, nil
	}
	ids := make([]int64, s.entries)
	for i := range ids {
		ids[i] = int64(binary.BigEndian.Uint64(s.members[i*size:]))
	}
	found := make(map[int64][]byte, len(ids))
	var args []any
	if err := entries(ctx, q, `WHERE `+access.In("e.id", ids, &args), args, func(id int64, digest []byte) { found[id] = digest }); err != nil {
		return nil, err
	}
	for i, id := range ids {
		switch digest, exists := found[id]; {
		case !exists:
			return &Break{Seal: s.seq, Entry: db.ID(id), Reason: "the entry was removed"}, nil
		case !bytes.Equal(digest, s.members[i*size+8:(i+1)*size]):
			return &Break{Seal: s.seq, Entry: db.ID(id), Reason: "the entry was changed"}, nil
		}
	}
	return nil, nil
}

// countUnsealed looks for entries that are neither sealed nor waiting: they were put in
// from outside. One statement sees one state of the database, so that work may go on.
func (r *Report) countUnsealed(ctx context.Context, q db.Queryer) error {
	var settled, covered int64
	if err := q.QueryRowContext(ctx, `SELECT
		(SELECT COUNT(*) FROM audit_pending),
		(SELECT COUNT(*) FROM audit_entry e WHERE NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = e.id)),
		(SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM audit_seal)`).Scan(&r.Pending, &settled, &covered); err != nil {
		return err
	}
	if settled == covered {
		return nil
	}
	known := map[int64]bool{}
	rows, err := q.QueryContext(ctx, sealColumns+`ORDER BY seq`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		s, err := scanSeal(rows)
		if err != nil {
			return err
		}
		for m := s.members; len(m) >= 8+digestLength; m = m[8+digestLength:] {
			known[int64(binary.BigEndian.Uint64(m))] = true
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	r.Broken = &Break{Reason: fmt.Sprintf("%d entries are settled, but the seals cover %d", settled, covered)}
	return entries(ctx, q, `WHERE NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.entry_id = e.id) ORDER BY e.id`, nil, func(id int64, _ []byte) {
		if !known[id] && r.Broken.Entry == 0 {
			*r.Broken = Break{Entry: db.ID(id), Reason: "the entry was put in without a seal"}
		}
	})
}
