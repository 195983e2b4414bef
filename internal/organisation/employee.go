package organisation

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Employee is a person who works for the company. Its id is the person id of accounts,
// flows and messages.
type Employee struct {
	register.Row
	No      string        `zh:"工号" en:"Staff no." lf:"required,unique,search,sort,max=20,once"`
	Name    string        `zh:"姓名" en:"Name" lf:"required,primary,search,sort,max=40"`
	Mobile  string        `zh:"手机" en:"Mobile" lf:"format=phone,masked,search"`
	Mail    string        `zh:"邮箱" en:"Mail" lf:"format=email,max=100"`
	UnitID  db.ID         `zh:"所在单元" en:"Unit" ref:"org-units" lf:"required,filter=in,anywhere"`
	IDNo    string        `zh:"证件号码" en:"ID no." col:"id_no" lf:"format=idno,masked"`
	HiredOn calendar.Date `zh:"入职日期" en:"Hired on" lf:"filter=range,sort"`
	LeftOn  calendar.Date `zh:"离职日期" en:"Left on" lf:"filter=range"`
	State   string        `zh:"状态" en:"State" opts:"active=在职/Active/ok|left=离职/Left/warn" lf:"required,filter=in,default=active"`
}

// Employees of the company.
var Employees = register.New(register.Def[Employee]{
	Name: "employees", Table: "employee", Zh: "员工", En: "Employees", Permission: "hr.employee", Self: "id", Sort: "no",
})

func init() {
	Employees.Def.Before = func(ctx context.Context, tx *db.Tx, _, e *Employee) error {
		if e.State == "" {
			e.State = "active"
		}
		project, err := projectOf(ctx, tx, e.UnitID)
		e.ProjectID = project
		return err
	}
	Employees.Def.Check = checkEmployee
}

func checkEmployee(ctx context.Context, _ db.Queryer, old, e *Employee) error {
	who := access.From(ctx)
	if old == nil && !who.Scope("hr.employee.write").Covers(e.ProjectID) {
		return problem.Forbidden()
	}
	if old != nil && !who.Scope("hr.employee.write").Covers(old.ProjectID) {
		kept := *old
		kept.Row, kept.Mobile, kept.Mail = e.Row, e.Mobile, e.Mail
		if kept != *e {
			return problem.New(403, "own_record", "本人只能修改手机和邮箱，其他内容请联系行政人事部", "You can change your mobile and mail; for the rest ask HR")
		}
	}
	wrong := problem.Invalid()
	if e.HiredOn != "" && e.LeftOn != "" && e.LeftOn < e.HiredOn {
		wrong = wrong.At("/left_on", "离职日期不能早于入职日期", "The last day cannot be before the first")
	}
	if e.State == "left" && e.LeftOn == "" {
		wrong = wrong.At("/left_on", "请填写离职日期", "Fill in the last day")
	}
	return wrong.OrNil()
}

// projectOf is the estate project of a unit; 0 for head office and regions.
func projectOf(ctx context.Context, q db.Queryer, unit db.ID) (db.ID, error) {
	found, err := Units.Select(access.With(ctx, access.System("organisation")), q, "id = $1", unit)
	if err != nil || len(found) == 0 {
		return 0, err // a missing unit is named by the check of refs
	}
	return found[0].ProjectID, nil
}
