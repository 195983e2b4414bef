package app

import (
	"slices"
	"sync"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/notify"
	"github.com/lifang/lifang/internal/register"
)

// Registers are of the program, not of one house: one watcher passes their
// changes to the houses that are open.
var watched struct {
	once   sync.Once
	mu     sync.RWMutex
	houses []*App
}

// grantRegisters are those from which people's rights follow.
var grantRegisters = []string{"appointments", "deputies", "employees", "org-units", "positions", "projects"}

func watch(a *App) {
	watched.once.Do(func() {
		register.Watch(func(name string, project db.ID) {
			watched.mu.RLock()
			defer watched.mu.RUnlock()
			for _, house := range watched.houses {
				house.changed(name, project)
			}
		})
	})
	watched.mu.Lock()
	defer watched.mu.Unlock()
	watched.houses = append(watched.houses, a)
}

func unwatch(a *App) {
	watched.mu.Lock()
	defer watched.mu.Unlock()
	watched.houses = slices.DeleteFunc(watched.houses, func(other *App) bool { return other == a })
}

// changed wakes the screens that show a register, and forgets who may do what
// when that may be different now.
func (a *App) changed(name string, project db.ID) {
	if slices.Contains(grantRegisters, name) {
		a.callers.forget()
	}
	a.Hub.Publish(notify.Event{Topic: name, Project: project})
}
