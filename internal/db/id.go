package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// ID names one row in the whole system. It is given by the application, grows
// with time, and stays below 2^53. In JSON it is a string; 0 means "none".
type ID int64

// ErrBadID says that a text is not an id.
var ErrBadID = errors.New("not an id")

// ParseID reads the decimal text form of an id. It returns ErrBadID for
// anything but a whole number from 1 to 2^53-1.
func ParseID(text string) (ID, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n >= 1<<53 {
		return 0, fmt.Errorf("%w: %q", ErrBadID, text)
	}
	return ID(n), nil
}

func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// MarshalJSON writes the id as a string, because browsers cannot hold 64 bits.
func (id ID) MarshalJSON() ([]byte, error) {
	if id == 0 {
		return []byte(`""`), nil
	}
	return strconv.AppendQuote(nil, id.String()), nil
}

// UnmarshalJSON reads a string, the empty string, or null.
func (id *ID) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" || text == `""` {
		*id = 0
		return nil
	}
	unquoted, err := strconv.Unquote(text)
	if err != nil {
		return fmt.Errorf("%w: %s (ids are strings)", ErrBadID, text)
	}
	parsed, err := ParseID(unquoted)
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Layout of an id: 30 bits of seconds since 2025, 5 bits of node, 18 bits of
// serial. A node that needs more than 262,144 ids in a second borrows from the
// seconds to come, never past the second it has reserved in the database, so
// that a restart after a crash cannot hand out an id twice.
const (
	serialBits    = 18
	nodeBits      = 5
	nodeCount     = 1 << nodeBits
	reserveAhead  = 120 // seconds
	nodeLeaseTime = 60 * time.Second
)

var idEpoch = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

type idSource struct {
	mu     sync.Mutex
	node   int64
	second int64 // since idEpoch
	serial int64
	limit  int64 // the last second that is reserved, exclusive
}

func secondNow() int64 { return time.Now().Unix() - idEpoch }

// take returns the first of n ids that lie in one run; it waits if the
// reservation is used up, which only a stalled database can bring about.
func (s *idSource) take(n int) []ID {
	ids := make([]ID, 0, n)
	for len(ids) < n {
		s.mu.Lock()
		if now := secondNow(); now > s.second && now < s.limit {
			s.second, s.serial = now, 0
		}
		for len(ids) < n && s.second < s.limit {
			ids = append(ids, ID(s.second<<(nodeBits+serialBits)|s.node<<serialBits|s.serial))
			s.serial++
			if s.serial == 1<<serialBits {
				s.second, s.serial = s.second+1, 0
			}
		}
		s.mu.Unlock()
		if len(ids) < n {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return ids
}

// claimNode takes a free node number and reserves its first seconds. On SQLite
// there is one process, so number 0 is always free.
func (d *DB) claimNode(ctx context.Context) error {
	owner := strconv.FormatInt(time.Now().UnixNano(), 36)
	for number := int64(0); number < nodeCount; number++ {
		var reserved int64
		now := time.Now().UnixMilli()
		err := d.Write(ctx, func(tx *Tx) error {
			var until int64
			err := tx.QueryRowContext(ctx, `SELECT lease_until, reserved FROM id_node WHERE node = $1`, number).Scan(&until, &reserved)
			switch {
			case errors.Is(err, sql.ErrNoRows):
				reserved = max(secondNow(), 0)
				_, err = tx.ExecContext(ctx, `INSERT INTO id_node (node, owner, lease_until, reserved) VALUES ($1, $2, $3, $4)`,
					number, owner, now+nodeLeaseTime.Milliseconds(), reserved+reserveAhead)
				return err
			case err != nil:
				return err
			case until > now && d.engine == PostgreSQL:
				return ErrStale
			}
			reserved = max(reserved, secondNow())
			return ExecOne(ctx, tx, `UPDATE id_node SET owner = $1, lease_until = $2, reserved = $3 WHERE node = $4 AND lease_until = $5`,
				owner, now+nodeLeaseTime.Milliseconds(), reserved+reserveAhead, number, until)
		})
		if errors.Is(err, ErrStale) || IsUnique(err) {
			continue // somebody else has it
		}
		if err != nil {
			return fmt.Errorf("claim an id node: %w", err)
		}
		d.ids = &idSource{node: number, second: reserved, limit: reserved + reserveAhead}
		d.owner = owner
		return nil
	}
	return fmt.Errorf("all %d node numbers are in use", nodeCount)
}

// renewNode extends the reservation; a node that lost its lease stops giving ids.
func (d *DB) renewNode(ctx context.Context) error {
	limit := max(secondNow(), d.ids.peek()) + reserveAhead
	err := d.Write(ctx, func(tx *Tx) error {
		return ExecOne(ctx, tx, `UPDATE id_node SET lease_until = $1, reserved = $2 WHERE node = $3 AND owner = $4`,
			time.Now().Add(nodeLeaseTime).UnixMilli(), limit, d.ids.node, d.owner)
	})
	if err != nil {
		return err
	}
	d.ids.mu.Lock()
	d.ids.limit = limit
	d.ids.mu.Unlock()
	return nil
}

// releaseNode gives the number back with the exact second reached.
func (d *DB) releaseNode(ctx context.Context) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE id_node SET lease_until = 0, reserved = $1 WHERE node = $2 AND owner = $3`,
			d.ids.peek()+1, d.ids.node, d.owner)
		return err
	})
}

func (s *idSource) peek() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.second
}
