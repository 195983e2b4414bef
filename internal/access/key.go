package access

import (
	"fmt"
	"slices"
	"strings"
)

// The actions a permission may name, and what each brings with it: whoever may
// change, approve, carry out, export or administer something may also see it, and
// administering includes writing and exporting.
var implied = map[string][]string{
	"read":    nil,
	"write":   {"read"},
	"approve": {"read"},
	"execute": {"read"},
	"export":  {"read"},
	"admin":   {"read", "write", "export"},
}

// Levels are the scopes a position may grant, from narrow to wide.
var Levels = []string{"self", "team", "dept", "project", "region", "company"}

// Key is a permission as positions grant it: area.object.action@level.
type Key struct {
	Area, Object, Action string
	Level                string // one of Levels; empty when the text had no @
}

// Permission is the key without its level: area.object.action.
func (k Key) Permission() string { return k.Area + "." + k.Object + "." + k.Action }

func (k Key) String() string {
	if k.Level == "" {
		return k.Permission()
	}
	return k.Permission() + "@" + k.Level
}

// ParseKey reads "svc.order.write@project"; the level may be left out. It refuses
// unknown actions and levels, so that a misspelt grant is found when it is loaded.
func ParseKey(text string) (Key, error) {
	permission, level, leveled := strings.Cut(text, "@")
	parts := strings.Split(permission, ".")
	if len(parts) != 3 {
		return Key{}, fmt.Errorf("permission %q: want area.object.action, e.g. svc.order.read", text)
	}
	for _, p := range parts {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return Key{}, fmt.Errorf("permission %q: %q is not lower-case letters, digits and _", text, p)
		}
	}
	if _, ok := implied[parts[2]]; !ok {
		return Key{}, fmt.Errorf("permission %q: unknown action %q (read write approve execute export admin)", text, parts[2])
	}
	if leveled && !slices.Contains(Levels, level) {
		return Key{}, fmt.Errorf("permission %q: unknown level %q (%s)", text, level, strings.Join(Levels, " "))
	}
	return Key{Area: parts[0], Object: parts[1], Action: parts[2], Level: level}, nil
}
