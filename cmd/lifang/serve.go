package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/lifang/lifang/internal/app"
)

type serveCommand struct {
	Addr  string   `help:"${help_addr}" default:"127.0.0.1:8080"`
	Demo  bool     `help:"${help_demo_mode}"`
	Rate  int      `help:"${help_rate}" default:"10000"`
	Proxy []string `help:"${help_proxy}"`
}

// Run serves until it is asked to stop.
func (s *serveCommand) Run(ctx context.Context, c *Common, t *terminal) error {
	config := c.config()
	config.Demo, config.Rate = s.Demo, s.Rate
	if s.Rate == 0 {
		config.Rate = -1
	}
	for _, network := range s.Proxy {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			return fmt.Errorf("--proxy: %w", err)
		}
		config.Proxies = append(config.Proxies, prefix)
	}
	// Listen first: a taken port is told before the database is opened.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, config)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	t.say("里坊已启动：http://%s", "Lifang is serving: http://%s", listener.Addr())
	err = a.Serve(ctx, listener)
	if closing := a.Close(); err == nil {
		err = closing
	}
	return err
}
