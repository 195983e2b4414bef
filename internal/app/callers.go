package app

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/identity"
)

// callerTTL is how long another node may go on accepting a session that was
// revoked here, or old grants; this node forgets at once.
const callerTTL = 2 * time.Second

// callers finds the principal of a token and remembers it for a moment, because
// one page asks for many things at once.
type callers struct {
	app   *App
	mu    sync.Mutex
	known map[[32]byte]knownCaller
	// generation keeps a look-up that began before forget from being remembered.
	generation int64
}

type knownCaller struct {
	who   *access.Principal
	until time.Time
}

func newCallers(a *App) *callers { return &callers{app: a, known: map[[32]byte]knownCaller{}} }

// forget drops everything that is remembered.
func (c *callers) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.known)
	c.generation++
}

func (c *callers) find(ctx context.Context, token string, machine bool) (*access.Principal, error) {
	kind := "p"
	if machine {
		kind = "m"
	}
	key := sha256.Sum256([]byte(kind + token))
	now := time.Now()
	c.mu.Lock()
	known, ok := c.known[key]
	generation := c.generation
	c.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.who, nil
	}
	session, account, err := c.app.Identity.Session(ctx, token, machine)
	if err != nil || session == nil {
		return nil, err
	}
	who, err := c.app.principal(ctx, account)
	if err != nil {
		return nil, err
	}
	who.Device = session.Name
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation == generation {
		if len(c.known) > 10_000 {
			clear(c.known)
		}
		c.known[key] = knownCaller{who, now.Add(callerTTL)}
	}
	return who, nil
}

// principal gives an account its grants: staff by their positions of today. Who
// must change a password first may do nothing but that.
func (a *App) principal(ctx context.Context, account *identity.Account) (*access.Principal, error) {
	who := &access.Principal{Kind: account.Kind, PersonID: account.PersonID, Name: account.Name}
	if account.MustChange {
		who.PersonID = 0 // no tasks either
	}
	if account.Kind == access.Staff && account.PersonID != 0 && !account.MustChange {
		found, err := a.Directory.PrincipalFor(ctx, a.DB.Reader(), account.PersonID)
		if err != nil {
			return nil, err
		}
		who = found
	}
	who.AccountID, who.Lang = account.ID, account.Language
	return who, nil
}
