package organisation

import (
	"context"
	"slices"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Appointment puts an employee into a position at a unit, from one day to another,
// both included; an empty end is open.
type Appointment struct {
	register.Row
	Label      string        `zh:"任职" en:"Appointment" lf:"readonly,primary,search,sort"`
	EmployeeID db.ID         `zh:"员工" en:"Employee" ref:"employees" lf:"required,filter=in,anywhere,once"`
	PositionID db.ID         `zh:"岗位" en:"Position" ref:"positions" lf:"required,filter=in,anywhere,once"`
	UnitID     db.ID         `zh:"单元" en:"Unit" ref:"org-units" lf:"required,filter=in,anywhere,once"`
	Kind       string        `zh:"任职类型" en:"Kind" opts:"main=主岗/Main/ok|extra=兼岗/Additional|secondment=借调/Secondment|acting=代理/Acting/info" lf:"required,filter=in,default=main"`
	FromOn     calendar.Date `zh:"起" en:"From" lf:"required,filter=range,sort"`
	ToOn       calendar.Date `zh:"止" en:"To" lf:"filter=range"`
	Basis      string        `zh:"依据" en:"Basis" lf:"max=200" help:"任免文号" help_en:"Number of the document"`
}

// Appointments of all employees.
var Appointments = register.New(register.Def[Appointment]{
	Name: "appointments", Table: "appointment", Zh: "任职", En: "Appointments", Permission: "org.appointment", Self: "employee_id", Sort: "-from_on",
})

func init() {
	Appointments.Def.Before = func(ctx context.Context, tx *db.Tx, _, a *Appointment) error {
		if a.Kind == "" {
			a.Kind = "main"
		}
		project, err := projectOf(ctx, tx, a.UnitID)
		if err != nil {
			return err
		}
		a.ProjectID = project
		name, position, err := labelOf(ctx, tx, a)
		if err == nil && position != nil {
			a.Label = name + " · " + position.Name
		}
		return err
	}
	Appointments.Def.Check = func(ctx context.Context, q db.Queryer, _, a *Appointment) error {
		c, err := enforced()
		if err != nil {
			return err
		}
		return c.checkAppointment(ctx, q, a)
	}
}

func labelOf(ctx context.Context, q db.Queryer, a *Appointment) (string, *Position, error) {
	ctx = access.With(ctx, access.System("organisation"))
	people, err := Employees.Select(ctx, q, "id = $1", a.EmployeeID)
	if err != nil || len(people) == 0 {
		return "", nil, err
	}
	positions, err := Positions.Select(ctx, q, "id = $1", a.PositionID)
	if err != nil || len(positions) == 0 {
		return "", nil, err
	}
	return people[0].Name, positions[0], nil
}

// checkAppointment refuses one's own appointment (organisation-and-hr.md 1: nobody acts on
// a matter in which he is the subject), a second main position, an end before the beginning, and
// duties that one person must not have together while both appointments run.
func (c *Catalogue) checkAppointment(ctx context.Context, q db.Queryer, a *Appointment) error {
	if who := access.From(ctx); who.Kind != access.Automatic && who.PersonID == a.EmployeeID {
		return problem.New(403, "own_appointment", "本人的任职须由他人办理", "Nobody arranges his own appointment; ask a colleague")
	}
	ctx = access.With(ctx, access.System("organisation"))
	if a.ToOn != "" && a.ToOn < a.FromOn {
		return problem.Invalid().At("/to_on", "结束日期不能早于开始日期", "The end cannot be before the beginning")
	}
	_, position, err := labelOf(ctx, q, a)
	if err != nil || position == nil {
		return err
	}
	others, err := Appointments.Select(ctx, q, "employee_id = $1 AND id <> $2 AND archived_at = 0 AND (to_on = '' OR to_on >= $3) AND ($4 = '' OR from_on <= $4)",
		a.EmployeeID, a.ID, a.FromOn, a.ToOn)
	if err != nil {
		return err
	}
	for _, other := range others {
		if a.Kind == "main" && other.Kind == "main" && position.Rank != "F" {
			return problem.Conflict("second_main_position", "同一时间只能有一个主岗，现有主岗："+other.Label+"。请先结束它，或选择兼岗",
				"Only one main position at a time; there is: "+other.Label+". End it first or choose an additional position").At("/kind", "已有主岗", "There is a main position")
		}
		held, err := Positions.Get(ctx, q, other.PositionID)
		if err != nil {
			return err
		}
		if pair, clash := c.Conflict(position.Holds, held.Holds); clash {
			return incompatible(position, held, pair).At("/position_id", "与“"+held.Name+"”不相容", "Incompatible with “"+held.NameEn+"”")
		}
	}
	return nil
}

func incompatible(one, other *Position, pair Pair) *problem.Error {
	return problem.Conflict("incompatible_duties",
		"“"+one.Name+"”与“"+other.Name+"”不得由同一人担任（"+pair.Zh+"），请改派他人",
		"One person may not be both "+one.NameEn+" and "+other.NameEn+" ("+pair.En+"); appoint somebody else")
}

// heldBy lists the positions a person holds on a day.
func heldBy(ctx context.Context, q db.Queryer, employee db.ID, from, to calendar.Date) ([]*Position, error) {
	ctx = access.With(ctx, access.System("organisation"))
	rows, err := Appointments.Select(ctx, q, "employee_id = $1 AND archived_at = 0 AND from_on <= $2 AND (to_on = '' OR to_on >= $3)", employee, to, from)
	if err != nil {
		return nil, err
	}
	var held []*Position
	for _, a := range rows {
		p, err := Positions.Get(ctx, q, a.PositionID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(held, func(h *Position) bool { return h.ID == p.ID }) {
			held = append(held, p)
		}
	}
	return held, nil
}
