package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/problem"
)

type userCommand struct {
	Add   userAdd   `cmd:"" help:"${help_user_add}"`
	Reset userReset `cmd:"" help:"${help_user_reset}"`
	Token userToken `cmd:"" help:"${help_user_token}"`
}

// randomPassword is easy to read aloud and meets the rules.
func randomPassword() string {
	const letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
	var raw [14]byte
	_, _ = rand.Read(raw[:]) // never fails
	for i := range raw {
		from := letters
		if i%3 == 2 {
			from = digits
		}
		raw[i] = from[int(raw[i])%len(from)]
	}
	return string(raw[:])
}

// inHouse opens the house as the command line's own actor, without background work.
func inHouse(ctx context.Context, c *Common, fn func(ctx context.Context, a *app.App) error) error {
	a, err := app.Open(ctx, c.config())
	if err != nil {
		return err
	}
	err = fn(access.With(ctx, access.System("command line")), a)
	if closing := a.Close(); err == nil {
		err = closing
	}
	return err
}

type userAdd struct {
	Account  string `arg:"" help:"${help_account}"`
	Name     string `help:"${help_name}" required:""`
	Kind     string `help:"${help_kind}" enum:"staff,machine" default:"staff"`
	Employee string `help:"${help_employee}"`
	Password string `help:"${help_password}"`
}

// Run adds an account.
func (u *userAdd) Run(ctx context.Context, c *Common, t *terminal) error {
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		n := app.NewUser{Account: u.Account, Name: u.Name, Kind: access.Kind(u.Kind), Employee: u.Employee, Password: u.Password}
		if n.Password == "" && n.Kind == access.Staff {
			n.Password, n.MustChange = randomPassword(), true
		}
		if err := a.AddUser(ctx, n); err != nil {
			return err
		}
		t.say("已建立账号 %s", "Added the account %s", u.Account)
		if n.MustChange {
			t.say("初始密码：%s（首次登录须修改）", "First password: %s (to be changed at the first login)", n.Password)
		}
		return nil
	})
}

type userReset struct {
	Account  string `arg:"" help:"${help_account}"`
	Password string `help:"${help_password}"`
}

// Run resets a password.
func (u *userReset) Run(ctx context.Context, c *Common, t *terminal) error {
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		account, err := a.Identity.Find(ctx, a.DB.Reader(), access.Staff, u.Account)
		if err != nil {
			return err
		}
		if account == nil {
			return problem.NotFound("没有账号 "+u.Account, "There is no account "+u.Account)
		}
		password := u.Password
		if password == "" {
			password = randomPassword()
		}
		if err := a.Identity.SetPassword(ctx, account.ID, password, true, 0); err != nil {
			return err
		}
		if err := a.Identity.DropTOTP(ctx, account.ID); err != nil {
			return err
		}
		t.say("账号 %s 的新密码：%s（登录后须修改）", "New password of %s: %s (to be changed after login)", u.Account, password)
		return nil
	})
}

type userToken struct {
	Account string `arg:"" help:"${help_account}"`
	Name    string `help:"${help_name}" default:"token"`
	Days    int    `help:"${help_days}" default:"365"`
}

// Run issues a bearer token.
func (u *userToken) Run(ctx context.Context, c *Common, t *terminal) error {
	return inHouse(ctx, c, func(ctx context.Context, a *app.App) error {
		account, err := a.Identity.Find(ctx, a.DB.Reader(), access.Machine, u.Account)
		if err != nil {
			return err
		}
		if account == nil {
			return problem.NotFound("没有接口账号 "+u.Account, "There is no machine account "+u.Account)
		}
		token, _, err := a.Identity.NewToken(ctx, account.ID, u.Name, time.Duration(u.Days)*24*time.Hour)
		if err != nil {
			return err
		}
		t.say("令牌（只显示这一次）：%s", "Token (shown only now): %s", token)
		return nil
	})
}
