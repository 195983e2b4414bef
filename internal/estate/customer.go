package estate

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Customer is a person, company or developer of a project: owner, tenant or resident. A phone belongs to one customer
// of a project unless it is marked as shared (a couple, an old father with his son's phone).
type Customer struct {
	register.Row
	Name          string   `zh:"姓名或名称" en:"Name" alias:"业主名称|客户名称|姓名|业主姓名" lf:"required,primary,search,max=60,format=name,masked"`
	Kind          string   `zh:"类别" en:"Kind" opts:"person=个人/Person/ok|company=单位/Company/info|developer=开发商/Developer/info" lf:"required,filter=in,default=person"`
	Phone         string   `zh:"手机号" en:"Phone" alias:"电话|联系电话|手机" lf:"search,format=phone,masked"`
	PhoneState    string   `zh:"号码状态" en:"Phone state" opts:"unverified=未核实/Not verified/warn|verified=已核实/Verified/ok|missing=待补/Missing/danger" lf:"required,filter=in,default=unverified"`
	PhoneShared   bool     `zh:"与他人共用" en:"Shared phone"`
	Contacts      []string `zh:"其他联系方式" en:"Other contacts"`
	Gender        string   `zh:"性别" en:"Gender" opts:"male=男/Male|female=女/Female"`
	IDType        string   `zh:"证件类型" en:"Document" opts:"id_card=居民身份证/Resident identity card|passport=护照/Passport|permit=港澳台通行证/Travel permit|licence=营业执照/Business licence|other=其他/Other" group:"证件/Identity"`
	IDNo          string   `zh:"证件号码" en:"Document no." alias:"身份证号" lf:"format=idno,masked,search" group:"证件/Identity"`
	IDUnverified  string   `zh:"待核证件号" en:"Document no. to be checked" lf:"masked,max=40,hidden" group:"证件/Identity" help:"导入时校验不通过的号码，核对后改填到证件号码" help_en:"A number that failed its check when imported; enter it above once compared"`
	Address       string   `zh:"通信地址" en:"Address" lf:"max=200"`
	InvoiceTitles []string `zh:"发票抬头" en:"Invoice titles"`
	Tags          []string `zh:"标签" en:"Tags" lf:"filter=contains"`
	SourceCode    string   `zh:"原系统编号" en:"Code in the former system" lf:"readonly,max=40,hidden"`
	MergedInto    db.ID    `zh:"已并入" en:"Merged into" ref:"customers" lf:"readonly,hidden"`
}

// Customers of all projects.
var Customers = register.New(register.Def[Customer]{
	Name: "customers", Table: "customer", Zh: "客户", En: "Customers", Permission: "estate.customer", Sort: "-id", Self: "id",
	Views: []register.View{
		{Key: "missing", Zh: "缺电话", En: "No phone", Query: "phone_state=missing"},
		{Key: "company", Zh: "单位", En: "Companies", Query: "kind=company,developer"},
	},
})

func init() {
	Customers.Def.Before = func(_ context.Context, _ *db.Tx, _, c *Customer) error {
		switch {
		case c.Phone == "":
			c.PhoneState = "missing"
		case c.PhoneState == "missing":
			c.PhoneState = "unverified"
		}
		if c.IDNo != "" && c.IDType == "" {
			c.IDType = "id_card"
		}
		return nil
	}
	Customers.Def.Check = checkCustomer
}

func checkCustomer(ctx context.Context, q db.Queryer, old, c *Customer) error {
	wrong := problem.Invalid()
	if c.IDType == "id_card" && c.IDNo != "" && !ValidIDCard(c.IDNo) {
		wrong = wrong.At("/id_no", "身份证号应为 18 位且校验位正确", "An identity number has 18 digits and a fitting check digit")
	}
	if prechecked(ctx) {
		return wrong.OrNil() // phones have been compared over the whole file
	}
	if c.Phone == "" && c.Kind != "person" {
		wrong = wrong.At("/phone", "单位客户须留联系电话", "A company needs a phone")
	}
	if c.Phone != "" && !c.PhoneShared {
		var other db.ID
		if err := one(ctx, q, `SELECT id FROM customer WHERE project_id = $1 AND phone = $2 AND phone <> '' AND id <> $3 AND phone_shared = 0 AND archived_at = 0`,
			[]any{c.ProjectID, c.Phone, c.ID}, &other); err != nil {
			return err
		}
		if other != 0 {
			wrong = wrong.At("/phone", "该号码已属于本项目的另一位客户，如确为共用请勾选“与他人共用”", "The phone belongs to another customer of the project; tick “Shared phone” if they share it")
		}
	}
	if old != nil && (c.Phone != "" || c.IDNo != "" || c.IDUnverified != "") {
		var child db.ID
		if err := one(ctx, q, `SELECT id FROM occupancy WHERE person_id = $1 AND under_14 = 1 AND valid_to = '' AND archived_at = 0`, []any{c.ID}, &child); err != nil {
			return err
		}
		if child != 0 {
			wrong = wrong.At("/phone", "未满 14 周岁只登记姓名和关系，不得保存电话和证件", "For a child under 14 only name and relation are kept, no phone or documents")
		}
	}
	return wrong.OrNil()
}

// ValidIDCard checks form, birthday and check digit of a resident identity number (GB 11643-1999).
func ValidIDCard(no string) bool {
	if len(no) != 18 || !numeric(no[:17]) {
		return false
	}
	if !calendar.Date(no[6:10] + "-" + no[10:12] + "-" + no[12:14]).Valid() {
		return false
	}
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(no[i]-'0')
	}
	return "10X98765432"[sum%11] == no[17]
}

// Merge redirects one customer to another who is the same person. Both ids stay valid: see Resolve.
func Merge(ctx context.Context, tx *db.Tx, from, into db.ID) error {
	if from == into {
		return problem.Invalid().At("/merged_into", "不能并入自己", "Cannot be merged into itself")
	}
	target, err := Resolve(ctx, tx, into)
	if err != nil {
		return err
	}
	if target == from {
		return problem.Invalid().At("/merged_into", "两位客户不能互相并入", "Two customers cannot be merged into each other")
	}
	c, err := Customers.Update(ctx, tx, from, 0, func(c *Customer) error { c.MergedInto = target; return nil })
	if err != nil {
		return err
	}
	return Customers.Archive(ctx, tx, from, c.Version)
}

// Resolve follows redirects of merged customers to the id in use.
func Resolve(ctx context.Context, q db.Queryer, id db.ID) (db.ID, error) {
	for range 10 {
		var next db.ID
		if err := one(ctx, q, "SELECT merged_into FROM customer WHERE id = $1", []any{id}, &next); err != nil || next == 0 {
			return id, err
		}
		id = next
	}
	return id, nil
}

// Consent is a person's separate agreement to a use of sensitive data (PIPL art. 29).
type Consent struct {
	register.Row
	CustomerID  db.ID         `zh:"客户" en:"Customer" ref:"customers" lf:"required,filter=in,once"`
	Kind        string        `zh:"事项" en:"Subject" opts:"face=人脸识别/Face recognition|id_copy=证件复印/Copy of documents|bank=代扣账户/Bank account|child=未成年人信息/Child's data|contact=回访联系/Follow-up calls" lf:"required,filter=in,once"`
	GivenOn     calendar.Date `zh:"同意日期" en:"Given on" lf:"required,sort,once"`
	WithdrawnOn calendar.Date `zh:"撤回日期" en:"Withdrawn on" lf:"sort"`
	Proof       string        `zh:"凭证" en:"Proof" lf:"required,max=200,primary"`
}

// Consents of all customers.
var Consents = register.New(register.Def[Consent]{
	Name: "consents", Table: "consent", Zh: "单独同意", En: "Consents", Permission: "estate.customer", Sort: "-given_on",
})

// HasConsent reports whether a consent is in force.
func HasConsent(ctx context.Context, q db.Queryer, customer db.ID, kind string) (bool, error) {
	n := 0
	err := one(ctx, q, "SELECT COUNT(*) FROM consent WHERE customer_id = $1 AND kind = $2 AND withdrawn_on = '' AND archived_at = 0", []any{customer, kind}, &n)
	return n > 0, err
}
