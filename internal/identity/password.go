package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/lifang/lifang/internal/audit"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
)

// The cost of a password: 19 MiB and two passes, the smallest that OWASP's
// password storage guidance names for argon2id.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
)

// Hash makes the stored form of a password, $argon2id$v=19$m=…$salt$key.
func (s *Service) Hash(password string) string {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails
	key := s.argon(password, salt[:], argonMemory, argonPasses, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key))
}

// tidyAfter is how long after the last password the memory of hashing is given
// back to the system: a quiet server should not look like a busy one.
const tidyAfter = 2 * time.Second

func (s *Service) argon(password string, salt []byte, memory, passes uint32, lanes uint8, size uint32) []byte {
	s.hashing <- struct{}{}
	defer func() {
		<-s.hashing
		s.tidy.Reset(tidyAfter)
	}()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, size)
}

// matches compares a password with its stored form. A stored form that cannot be
// read matches nothing but takes as long.
func (s *Service) matches(stored, password string) bool {
	var version int
	var memory, passes uint32
	var lanes uint8
	parts := strings.Split(stored, "$")
	if len(parts) == 6 && parts[1] == "argon2id" {
		_, errVersion := fmt.Sscanf(parts[2], "v=%d", &version)
		_, errCost := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes)
		salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
		key, errKey := base64.RawStdEncoding.DecodeString(parts[5])
		if errVersion == nil && errCost == nil && errSalt == nil && errKey == nil && version == argon2.Version &&
			memory <= 1<<20 && passes > 0 && lanes > 0 && len(key) >= 16 {
			got := s.argon(password, salt, memory, passes, lanes, uint32(len(key)))
			return subtle.ConstantTimeCompare(got, key) == 1
		}
	}
	s.argon(password, make([]byte, 16), argonMemory, argonPasses, argonLanes, argonKey)
	return false
}

// Weakness is what is wrong with a password; the zero value means nothing.
type Weakness struct{ Zh, En string }

// At gives the weakness as a problem with the named field, nil if there is none.
func (w Weakness) At(pointer string) error {
	if w.Zh == "" {
		return nil
	}
	return problem.Invalid().At(pointer, w.Zh, w.En)
}

// The most common passwords that the rules below would let through.
var common = map[string]bool{
	"a1234567": true, "a12345678": true, "a123456789": true, "abc12345": true, "abc123456": true, "abcd1234": true,
	"aa123456": true, "qwer1234": true, "1qaz2wsx": true, "1q2w3e4r": true, "q1w2e3r4": true, "password1": true,
	"passw0rd": true, "iloveyou1": true, "woaini1314": true, "woaini520": true, "asd12345": true, "zxc12345": true,
	"qq123456": true, "admin123": true, "admin1234": true, "admin888": true, "123456abc": true, "12345678a": true,
	"123456789a": true, "1234qwer": true, "qwe123456": true, "wang1234": true, "welcome1": true,
}

// CheckPassword applies the rules: 8 to 128 characters, letters and digits both,
// no account name inside, none of the most common.
func CheckPassword(login, password string) Weakness {
	var letters, digits bool
	for _, r := range password {
		letters = letters || unicode.IsLetter(r)
		digits = digits || unicode.IsDigit(r)
	}
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < 8:
		return Weakness{"密码至少 8 个字符", "A password has at least 8 characters"}
	case n > 128:
		return Weakness{"密码最多 128 个字符", "A password has at most 128 characters"}
	case !letters || !digits:
		return Weakness{"密码要同时有字母和数字", "A password has letters and digits"}
	case login != "" && strings.Contains(lower, fold(login)):
		return Weakness{"密码不能包含账号", "A password must not contain the account name"}
	case common[lower]:
		return Weakness{"这个密码太常见，请换一个", "This password is too common; choose another"}
	}
	return Weakness{}
}

// ChangePassword sets a new password after checking the old one, and ends all
// other sessions of the account. keep is the session that stays, 0 for none.
func (s *Service) ChangePassword(ctx context.Context, id db.ID, old, password string, keep db.ID, ip string) error {
	a, err := s.Account(ctx, s.db.Reader(), id)
	if err != nil {
		return err
	}
	if err := s.begin(ctx, a.Kind, a.Login, ip); err != nil {
		return err
	}
	if !s.matches(a.password, old) {
		return problem.Invalid().At("/old_password", "原密码不对", "The old password is wrong")
	}
	if old == password {
		return problem.Invalid().At("/password", "新密码不能和原密码一样", "The new password must differ from the old one")
	}
	return s.SetPassword(ctx, id, password, false, keep)
}

// SetPassword sets a password without asking for the old one: an administrator's
// reset. The owner must change it at the next login when mustChange is true.
func (s *Service) SetPassword(ctx context.Context, id db.ID, password string, mustChange bool, keep db.ID) error {
	a, err := s.Account(ctx, s.db.Reader(), id)
	if err != nil {
		return err
	}
	if err := CheckPassword(a.Login, password).At("/password"); err != nil {
		return err
	}
	hash := s.Hash(password)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := db.ExecOne(ctx, tx, `UPDATE identity_account SET password = $1, password_at = $2, must_change = $3, updated_at = $2 WHERE id = $4`,
			hash, tx.Now(), flag(mustChange), id); err != nil {
			return err
		}
		if err := revokeAll(ctx, tx, id, keep); err != nil {
			return err
		}
		if err := forgive(ctx, tx, a.Kind, a.Login, ""); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "password", Object: "logins", ObjectID: id})
	})
	s.options.Changed()
	return err
}
