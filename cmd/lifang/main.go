// Command lifang is the whole product in one program: the server, its demo data,
// imports, checks, backups and the tools around them.
//
//	lifang demo --dir data --rooms 600 --seed 7
//	lifang serve --dir data --addr 127.0.0.1:8080
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/problem"
)

// version is set when a release is built.
var version = ""

// Common are the options of every command.
type Common struct {
	Dir    string          `help:"${help_dir}" default:"data" type:"path" placeholder:"DIR"`
	DB     string          `help:"${help_db}" placeholder:"postgres://…"`
	Lang   string          `help:"${help_lang}" enum:"zh,en," default:""`
	Config kong.ConfigFlag `help:"${help_config}" placeholder:"FILE"`
	Log    string          `help:"${help_log}" enum:"debug,info,warn,error" default:"warn"`
	JSONL  bool            `name:"log-json" help:"${help_log_json}"`
}

type commands struct {
	Common
	Serve   serveCommand   `cmd:"" help:"${help_serve}"`
	Demo    demoCommand    `cmd:"" help:"${help_demo}"`
	Import  importCommand  `cmd:"" help:"${help_import}"`
	Export  exportCommand  `cmd:"" help:"${help_export}"`
	Verify  verifyCommand  `cmd:"" help:"${help_verify}"`
	Flow    flowCommand    `cmd:"" help:"${help_flow}"`
	User    userCommand    `cmd:"" help:"${help_user}"`
	Backup  backupCommand  `cmd:"" help:"${help_backup}"`
	Restore restoreCommand `cmd:"" help:"${help_restore}"`
	Bench   benchCommand   `cmd:"" help:"${help_bench}"`
	API     apiCommand     `cmd:"" name:"api" help:"${help_api}"`
	Version versionCommand `cmd:"" help:"${help_version}"`
}

// terminal is what a command writes to and which language it speaks.
type terminal struct {
	out, err io.Writer
	lang     string
}

// say prints a line in the user's language.
func (t *terminal) say(zh, en string, args ...any) {
	text := zh
	if t.lang == "en" {
		text = en
	}
	fmt.Fprintf(t.out, text+"\n", args...)
}

// escape keeps a text from being read as a format.
func escape(text string) string { return strings.ReplaceAll(text, "%", "%%") }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run parses and carries out one command line and returns the exit code: 0 for
// success, 1 for a failure, 2 for a wrong command line.
func run(ctx context.Context, args []string, out, errors io.Writer) int {
	t := &terminal{out: out, err: errors, lang: language(args, os.Getenv)}
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("lifang"), kong.Description(text(t.lang, "about")), texts(t.lang),
		kong.Configuration(readConfig, "/etc/lifang.yaml", "/etc/lifang.json"), kong.DefaultEnvars("LIFANG"),
		kong.Writers(translated(out, t.lang), translated(errors, t.lang)), kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 110}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(t))
	if err != nil {
		fmt.Fprintln(errors, "lifang:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit // help was shown
	}
	if err != nil {
		fmt.Fprintf(errors, "lifang: %s\n%s\n", err, text(t.lang, "see_help"))
		return 2
	}
	slog.SetDefault(c.logger(errors))
	if err := command.Run(&c.Common); err != nil {
		fmt.Fprintln(errors, "lifang:", explain(err, t.lang))
		return 1
	}
	return 0
}

// explain gives the text of an error in the user's language, with its fields.
func explain(err error, lang string) string {
	if quiet := (silent{}); errors.As(err, &quiet) {
		return quiet.text(lang)
	}
	p, ok := problem.As(err)
	if !ok {
		return err.Error()
	}
	if lang == "en" {
		return p.Error()
	}
	said := p.Zh
	for _, f := range p.Fields {
		said += "；" + f.Pointer + "：" + f.Zh
	}
	return said
}

// silent is a failure whose details have been printed already.
type silent struct{ zh, en string }

func (s silent) Error() string { return s.en }

func (s silent) text(lang string) string {
	if lang == "en" {
		return s.en
	}
	return s.zh
}

func (c *Common) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Log)) // the flag is an enum of valid levels
	options := &slog.HandlerOptions{Level: level}
	if c.JSONL {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// config is the house's configuration as the common options say.
func (c *Common) config() app.Config {
	return app.Config{Dir: c.Dir, URL: c.DB, Version: programVersion(), Log: slog.Default()}
}

func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				return "dev-" + setting.Value[:12]
			}
		}
	}
	return "dev"
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(t *terminal) error { //nolint:unparam // the shape of every command
	t.say("里坊 %s", "Lifang %s", programVersion())
	return nil
}
