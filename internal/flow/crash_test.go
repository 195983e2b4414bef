package flow_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/flow"
)

// TestMain lets the test program be the victim of the crash test.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LIFANG_CRASH_DIR"); dir != "" {
		if err := victim(db.Options{Dir: dir, URL: os.Getenv("LIFANG_CRASH_URL")}); err != nil {
			fmt.Println("error", err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// victim starts cases and moves them on from several callers, says what was acknowledged, and never ends by itself.
func victim(o db.Options) error {
	ctx := context.Background()
	d, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	e := flow.New(d, flow.Options{Directory: staff()})
	if _, err := e.Publish(ctx, flow.Source{XML: wrap(crashFlow)}); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				command := fmt.Sprintf("%d-%d-%d", os.Getpid(), caller, i)
				a, err := e.Start(ctx, flow.Start{Command: command, Flow: "p", Org: project, Actor: owner})
				if err != nil {
					fmt.Println("error", err)
					return
				}
				fmt.Println("ok", a.CaseID, 1)
				var task db.ID
				if err := d.Reader().QueryRowContext(ctx, `SELECT id FROM flow_task WHERE inst_id = $1`, a.CaseID).Scan(&task); err != nil {
					fmt.Println("error", err)
					return
				}
				a, err = e.Do(ctx, flow.Request{Command: command + "-done", Verb: "complete", Task: task, Actor: owner})
				if err != nil {
					fmt.Println("error", err)
					return
				}
				fmt.Println("ok", a.CaseID, a.Seq)
			}
		})
	}
	wg.Wait()
	return nil
}

const crashFlow = `<startEvent id="s"/><userTask id="a" lf:assign="starter"/><userTask id="b" lf:assign="starter"/><endEvent id="e"/>
	<sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="g" sourceRef="a" targetRef="b"/><sequenceFlow id="h" sourceRef="b" targetRef="e"/>`

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) {
			o := dbtest.Options(t, engine)
			acknowledged := map[string]int{}
			for range 3 {
				kill(t, o, acknowledged)
			}
			d, err := db.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			for id, seq := range acknowledged {
				var rev int
				if err := d.Reader().QueryRowContext(t.Context(), `SELECT rev FROM flow_inst WHERE id = `+id).Scan(&rev); err != nil || rev < seq {
					t.Errorf("case %s was acknowledged at event %d and stands at %d: %v", id, seq, rev, err)
				}
			}
			r, err := flow.New(d, flow.Options{Directory: staff()}).Verify(t.Context())
			if err != nil || len(r.Wrong) > 0 || r.Cases < len(acknowledged) || len(acknowledged) < 20 {
				t.Errorf("%d acknowledged, %d verified, %v %v", len(acknowledged), r.Cases, r.Wrong, err)
			}
		})
	}
}

// kill runs the victim for a moment, kills it, and notes what it had acknowledged.
func kill(t *testing.T, o db.Options, acknowledged map[string]int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "LIFANG_CRASH_DIR="+o.Dir, "LIFANG_CRASH_URL="+o.URL)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, timer := bufio.NewScanner(out), (*time.Timer)(nil)
	for lines.Scan() {
		if timer == nil { // the clock runs from the first answer
			timer = time.AfterFunc(200*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		f := strings.Fields(lines.Text())
		if f[0] != "ok" || len(f) != 3 {
			if f[0] == "error" {
				t.Error(lines.Text())
			}
			continue // the last line may be cut
		}
		seq, err := strconv.Atoi(f[2])
		if err != nil {
			continue
		}
		acknowledged[f[1]] = seq
	}
	_ = cmd.Wait() // it was killed
}
