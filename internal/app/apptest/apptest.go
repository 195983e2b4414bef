// Package apptest starts the whole house for a test and talks to it over HTTP.
//
//	h := apptest.Start(t, db.SQLite)
//	cashier := h.Staff("CASHIER")             // an employee of project JLHY, logged in
//	answer := cashier.Do("GET", "/api/rooms", nil)
//	answer.Want(200)
//
// The house has a company, two projects (JLHY and YHGY) and nobody in it until
// asked for. It must never be imported by anything but tests.
package apptest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/api"
	"github.com/lifang/lifang/internal/app"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/db/dbtest"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/organisation"
)

// Password of every account that is made here.
const Password = "granite-7-lantern"

// House is a running house.
type House struct {
	T   *testing.T
	App *app.App
	URL string
	// Company, JLHY and YHGY are the ids of the top unit and of the two projects.
	Company, JLHY, YHGY db.ID

	config app.Config
	server *httptest.Server
	serial int
}

// Each starts a house on each engine.
func Each(t *testing.T, fn func(t *testing.T, h *House)) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(engine.String(), func(t *testing.T) { fn(t, Start(t, engine)) })
	}
}

// Start starts a house; it ends with the test.
func Start(t *testing.T, engine db.Engine) *House {
	t.Helper()
	return StartWith(t, engine, func(*app.Config) {})
}

// StartWith starts a house that is set up otherwise: not as a demonstration, with a
// clock of its own.
func StartWith(t *testing.T, engine db.Engine, change func(*app.Config)) *House {
	t.Helper()
	options := dbtest.Options(t, engine)
	h := &House{T: t, config: app.Config{Dir: options.Dir, URL: options.URL, Demo: true, Rate: -1, Version: "test",
		Log: slog.New(slog.NewTextHandler(failing{t}, &slog.HandlerOptions{Level: slog.LevelError}))}}
	change(&h.config)
	h.open()
	h.found()
	t.Cleanup(h.close)
	return h
}

// failing puts the server's errors into the test's log.
type failing struct{ t *testing.T }

func (f failing) Write(p []byte) (int, error) {
	f.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func (h *House) open() {
	h.T.Helper()
	a, err := app.Open(context.Background(), h.config)
	if err != nil {
		h.T.Fatalf("open the house: %v", err)
	}
	h.App = a
	a.Start(context.Background())
	h.server = httptest.NewServer(a.Server.Handler())
	h.URL = h.server.URL
}

func (h *House) close() {
	h.App.Server.Drain()
	h.server.CloseClientConnections()
	h.server.Close()
	if err := h.App.Close(); err != nil {
		h.T.Errorf("close the house: %v", err)
	}
}

// Restart closes the house and opens it again on the same data.
func (h *House) Restart() {
	h.T.Helper()
	h.close()
	h.open()
}

// System is a context in which everything is allowed.
func (h *House) System() context.Context {
	return access.With(context.Background(), access.System("test"))
}

// Write runs fn in a transaction as the system and fails the test on an error.
func (h *House) Write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.T.Helper()
	ctx := h.System()
	if err := h.App.DB.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		h.T.Fatalf("write: %v", err)
	}
}

func (h *House) found() {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		company := &organisation.Unit{Code: "LF", Name: "里坊物业", NameEn: "Lifang", Kind: "company"}
		if err := organisation.Units.Create(ctx, tx, company); err != nil {
			return err
		}
		h.Company = company.ID
		for _, p := range []struct {
			id         *db.ID
			code, name string
		}{{&h.JLHY, "JLHY", "锦澜花园"}, {&h.YHGY, "YHGY", "云河公寓"}} {
			project := &estate.Project{Code: p.code, Name: p.name, Region: "杭州", Type: "home", ServiceStage: "regular"}
			if err := estate.Projects.Create(ctx, tx, project); err != nil {
				return err
			}
			*p.id = project.ID
		}
		return nil
	})
}

// Unit is the org unit of a project, or the company for 0.
func (h *House) Unit(project db.ID) db.ID {
	h.T.Helper()
	if project == 0 {
		return h.Company
	}
	var id db.ID
	err := h.App.DB.Reader().QueryRowContext(h.T.Context(), `SELECT id FROM org_unit WHERE kind = 'project' AND project_id = $1`, project).Scan(&id)
	if err != nil {
		h.T.Fatalf("unit of project %v: %v", project, err)
	}
	return id
}

var hashed struct {
	once sync.Once
	text string
}

// Employ makes an employee who holds a position at a project (0: head office), with
// an account of the given login, and returns the employee's id.
func (h *House) Employ(login, position string, project db.ID) db.ID {
	h.T.Helper()
	hashed.once.Do(func() { hashed.text = h.App.Identity.Hash(Password) })
	h.serial++
	var employee *organisation.Employee
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		unit := h.Unit(project)
		employee = &organisation.Employee{No: fmt.Sprintf("T%04d", h.serial), Name: "员工" + login, UnitID: unit, State: "active"}
		if err := organisation.Employees.Create(ctx, tx, employee); err != nil {
			return err
		}
		found, err := organisation.Positions.Select(ctx, tx, "code = $1", position)
		if err != nil || len(found) != 1 {
			return fmt.Errorf("position %s: %d found, %w", position, len(found), err)
		}
		if err := organisation.Appointments.Create(ctx, tx, &organisation.Appointment{EmployeeID: employee.ID, PositionID: found[0].ID,
			UnitID: unit, Kind: "main", FromOn: calendar.DateOf(tx.Now()).AddDays(-1)}); err != nil {
			return err
		}
		_, err = h.App.Identity.CreateIn(ctx, tx, identity.NewAccount{Kind: access.Staff, Login: login, Name: employee.Name, PersonID: employee.ID}, hashed.text)
		return err
	})
	return employee.ID
}

// Staff employs somebody in a position at JLHY and logs in.
func (h *House) Staff(position string) *Client {
	h.T.Helper()
	h.serial++
	login := fmt.Sprintf("%s%d", strings.ToLower(position), h.serial)
	person := h.Employ(login, position, h.JLHY)
	c := h.LogIn(login)
	c.Person = person
	return c
}

// Manager is the project manager of JLHY, logged in.
func (h *House) Manager() *Client {
	h.T.Helper()
	return h.Staff("PROJECT_MGR")
}

// Client is a browser: it keeps one cookie and speaks JSON.
type Client struct {
	House  *House
	Token  string // of the session; empty for strangers
	Person db.ID
	Header http.Header
}

// Stranger is a client that is not logged in.
func (h *House) Stranger() *Client { return &Client{House: h, Header: http.Header{}} }

// LogIn logs an account in.
func (h *House) LogIn(login string) *Client {
	h.T.Helper()
	c := h.Stranger()
	c.Do("POST", "/api/session", map[string]any{"account": login, "password": Password}).Want(200)
	return c
}

// Resident logs a phone number in by a one-time code.
func (h *House) Resident(phone string) *Client {
	h.T.Helper()
	c := h.Stranger()
	var sent struct {
		Code string `json:"demo_code"`
	}
	c.Do("POST", "/api/session/code", map[string]any{"phone": phone}).Want(200).Into(&sent)
	c.Do("POST", "/api/session/phone", map[string]any{"phone": phone, "code": sent.Code}).Want(200)
	return c
}

// Answer is what came back.
type Answer struct {
	T      *testing.T
	What   string
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request. The body is JSON unless it is a string, which is sent as it
// is. Headers come in pairs.
func (c *Client) Do(method, path string, body any, headers ...string) *Answer {
	c.House.T.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.House.T.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(c.House.T.Context(), method, c.House.URL+path, reader)
	if err != nil {
		c.House.T.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if c.Token != "" {
		r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: c.Token}) //nolint:gosec // what a browser sends
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.House.T.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.House.T.Fatalf("%s %s: %v", method, path, err)
	}
	for _, cookie := range res.Cookies() {
		if cookie.Name == api.SessionCookie {
			c.Token = cookie.Value
		}
	}
	return &Answer{T: c.House.T, What: method + " " + path, Status: res.StatusCode, Header: res.Header, Body: data}
}

// Want fails the test unless the answer has this status.
func (a *Answer) Want(status int) *Answer {
	a.T.Helper()
	if a.Status != status {
		a.T.Fatalf("%s: %d %s, want %d", a.What, a.Status, a.Body, status)
	}
	return a
}

// Code fails the test unless the answer is a problem with this status and code.
func (a *Answer) Code(status int, code string) *Answer {
	a.T.Helper()
	var p struct {
		Code     string
		DetailZh string `json:"detail_zh"`
		DetailEn string `json:"detail_en"`
	}
	if err := json.Unmarshal(a.Body, &p); err != nil || a.Status != status || p.Code != code || p.DetailZh == "" || p.DetailEn == "" {
		a.T.Fatalf("%s: %d %s, want %d %s in both languages", a.What, a.Status, a.Body, status, code)
	}
	return a
}

// Into reads the JSON body.
func (a *Answer) Into(target any) *Answer {
	a.T.Helper()
	if err := json.Unmarshal(a.Body, target); err != nil {
		a.T.Fatalf("%s: %v: %s", a.What, err, a.Body)
	}
	return a
}

// JSON reads the body as an object.
func (a *Answer) JSON() map[string]any {
	a.T.Helper()
	var object map[string]any
	a.Into(&object)
	return object
}

// Events opens the caller's event stream; the channel carries the data of each
// event and is closed when the server ends the stream.
func (c *Client) Events() <-chan string {
	t := c.House.T
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.House.URL+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: api.SessionCookie, Value: c.Token}) //nolint:gosec // what a browser sends
	res, err := http.DefaultTransport.RoundTrip(r)                     //nolint:bodyclose // closed when the stream ends
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("events: %v %v", res, err)
	}
	out := make(chan string, 100)
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() && lines.Text() != ": open" { // now the server listens
	}
	go func() {
		defer close(out)
		defer res.Body.Close()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				out <- data
			}
		}
	}()
	return out
}
