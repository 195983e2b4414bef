package organisation

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Deputy lets one employee act for another between two days, both included, at most
// twelve months, in some flows or in all. What was delegated is not delegated on.
// Source: organisation-and-hr.md 1 "Who acts", 2.1 delegation.
type Deputy struct {
	register.Row
	Label       string        `zh:"代理" en:"Deputy" lf:"readonly,primary,search,sort"`
	PrincipalID db.ID         `zh:"被代理人" en:"Acts for" ref:"employees" lf:"required,filter=in,anywhere,once"`
	DeputyID    db.ID         `zh:"代理人" en:"Deputy" ref:"employees" lf:"required,filter=in,anywhere,once"`
	Reason      string        `zh:"原因" en:"Reason" opts:"leave=请假/Leave|trip=出差/Trip|mandate=授权/Mandate/info" lf:"required,filter=in,default=leave"`
	Flows       []string      `zh:"限于流程" en:"Only flows" lf:"" help:"留空表示全部流程" help_en:"Empty for all flows"`
	FromOn      calendar.Date `zh:"起" en:"From" lf:"required,filter=range,sort"`
	ToOn        calendar.Date `zh:"止" en:"To" lf:"required,filter=range"`
	Basis       string        `zh:"授权书编号" en:"Mandate no." lf:"max=100"`
}

// Deputies of all employees. Everybody manages his own.
var Deputies = register.New(register.Def[Deputy]{
	Name: "deputies", Table: "deputy", Zh: "代理人", En: "Deputies", Permission: "org.delegation", Self: "principal_id", Sort: "-from_on",
})

func init() {
	Deputies.Def.Before = func(ctx context.Context, tx *db.Tx, _, d *Deputy) error {
		if d.Reason == "" {
			d.Reason = "leave"
		}
		ctx = access.With(ctx, access.System("organisation"))
		people, err := Employees.Select(ctx, tx, "id IN ($1, $2)", d.PrincipalID, d.DeputyID)
		if err != nil {
			return err
		}
		names := map[db.ID]string{}
		for _, e := range people {
			names[e.ID] = e.Name
			if e.ID == d.PrincipalID {
				d.ProjectID = e.ProjectID
			}
		}
		d.Label = names[d.DeputyID] + " → " + names[d.PrincipalID]
		return nil
	}
	Deputies.Def.Check = func(ctx context.Context, q db.Queryer, _, d *Deputy) error {
		c, err := enforced()
		if err != nil {
			return err
		}
		return c.checkDeputy(ctx, q, d)
	}
}

// checkDeputy refuses to make oneself the deputy of another (he or a colleague does), to be
// one's own, more than twelve months, and a deputy who would come to have incompatible
// duties.
func (c *Catalogue) checkDeputy(ctx context.Context, q db.Queryer, d *Deputy) error {
	if who := access.From(ctx); who.Kind != access.Automatic && who.PersonID == d.DeputyID && d.DeputyID != d.PrincipalID {
		return problem.New(403, "own_deputyship", "代理须由被代理人本人或他人办理", "Nobody makes himself somebody's deputy; ask him or a colleague")
	}
	wrong := problem.Invalid()
	if d.DeputyID == d.PrincipalID {
		wrong = wrong.At("/deputy_id", "不能代理自己", "Nobody is his own deputy")
	}
	if d.ToOn < d.FromOn {
		wrong = wrong.At("/to_on", "结束日期不能早于开始日期", "The end cannot be before the beginning")
	} else if d.FromOn != "" && d.ToOn >= d.FromOn.AddMonths(12) {
		wrong = wrong.At("/to_on", "授权最长十二个月", "A mandate lasts twelve months at the most")
	}
	if err := wrong.OrNil(); err != nil {
		return err
	}
	own, err := heldBy(ctx, q, d.DeputyID, d.FromOn, d.ToOn)
	if err != nil {
		return err
	}
	lent, err := heldBy(ctx, q, d.PrincipalID, d.FromOn, d.ToOn)
	if err != nil {
		return err
	}
	for _, one := range own {
		for _, other := range lent {
			if pair, clash := c.Conflict(one.Holds, other.Holds); clash {
				return incompatible(one, other, pair).At("/deputy_id", "与本人的岗位不相容", "Incompatible with the deputy's own position")
			}
		}
	}
	return nil
}
