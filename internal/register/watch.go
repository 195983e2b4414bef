package register

import (
	"sync"

	"github.com/lifang/lifang/internal/db"
)

var watching struct {
	mu    sync.RWMutex
	watch []func(register string, project db.ID)
}

// Watch calls fn after each committed change of any register, to wake screens. fn must
// return at once: it runs where the database commits. There is no way to stop watching.
func Watch(fn func(register string, project db.ID)) {
	watching.mu.Lock()
	defer watching.mu.Unlock()
	watching.watch = append(watching.watch, fn)
}

// Announce tells the watchers, once tx is committed, that code has written rows of this register's table by itself.
func (tb *table) Announce(tx *db.Tx, project db.ID) { tb.announce(tx, project) }

func (tb *table) announce(tx *db.Tx, project db.ID) {
	tx.AfterCommit(func() {
		watching.mu.RLock()
		defer watching.mu.RUnlock()
		for _, fn := range watching.watch {
			fn(tb.name, project)
		}
	})
}
