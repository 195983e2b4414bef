package simulate

import (
	"context"
	"fmt"
	"strings"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/identity"
	"github.com/lifang/lifang/internal/organisation"
)

// projects of the demo company.
var projects = []estate.Project{
	{Code: "JLHY", Name: "锦澜花园", Region: "浙江省杭州市", Type: "home", ServiceStage: "regular", ContractNo: "WY-2021-018", Address: "杭州市余杭区锦澜路 88 号",
		DutyPhone: "057188880001", Developer: "杭州锦澜置业有限公司"},
	{Code: "YHGY", Name: "云河公寓", Region: "浙江省杭州市", Type: "apartment", ServiceStage: "early", ContractNo: "WY-2024-006", Address: "杭州市滨江区云河街 16 号",
		DutyPhone: "057188880002", Developer: "杭州云河房地产开发有限公司"},
}

// departments of a project, with the positions that work there; what is not listed works at head office.
var departments = []struct {
	code, zh, en string
	posts        []string
}{
	{"CS", "客户服务部", "Customer service", []string{"CS_SUP", "CS_OFFICER", "CLEAN_SUP", "CLEANER", "STOREKEEPER"}},
	{"ENG", "工程部", "Engineering", []string{"ENG_SUP", "TECHNICIAN", "LIFT_ADMIN"}},
	{"SEC", "安管部", "Security", []string{"SEC_CAPTAIN", "GUARD", "CONTROL_ROOM", "PARK_CLERK"}},
	{"FIN", "财务部", "Finance", []string{"TOLL_CLERK"}},
}

// more are the posts with more than one holder in the first project, and all posts of the second.
var more = map[string][]string{
	"JLHY": {"CS_OFFICER", "TECHNICIAN", "TECHNICIAN", "GUARD"},
	"YHGY": {"PROJECT_MGR", "CS_SUP", "CS_OFFICER", "ENG_SUP", "TECHNICIAN", "TECHNICIAN", "SEC_CAPTAIN", "GUARD", "TOLL_CLERK"},
}

// company makes the units, and an employee with an account for every position of the rule book.
func (s *sim) company() error {
	units := map[string]db.ID{}
	err := s.write(func(ctx context.Context, tx *db.Tx) error {
		company := &organisation.Unit{Code: "LF", Name: "里坊物业", NameEn: "Lifang Property", Kind: "company", HeadPosition: "GM"}
		if err := organisation.Units.Create(ctx, tx, company); err != nil {
			return err
		}
		region := &organisation.Unit{Code: "HZ", Name: "杭州区域", NameEn: "Hangzhou region", Kind: "region", ParentID: company.ID, HeadPosition: "REGION_GM"}
		if err := organisation.Units.Create(ctx, tx, region); err != nil {
			return err
		}
		units["company"], units["region"] = company.ID, region.ID
		for _, p := range projects {
			p.ID = tx.NewID()
			unit, err := organisation.EnsureProject(ctx, tx, p.ID, region.ID, p.Code, p.Name, "")
			if err != nil {
				return err
			}
			if err := estate.Projects.Create(ctx, tx, &p); err != nil {
				return err
			}
			units[p.Code] = unit
			s.places = append(s.places, &place{Project: p, unit: unit})
			for _, d := range departments {
				u := &organisation.Unit{Code: p.Code + "_" + d.code, Name: p.Name + d.zh, NameEn: d.en, Kind: "department", ParentID: unit, Department: d.code}
				if err := organisation.Units.Create(ctx, tx, u); err != nil {
					return err
				}
				units[u.Code] = u.ID
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.report.Projects = len(projects)
	return s.employ(units)
}

func (s *sim) employ(units map[string]db.ID) error {
	return s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := organisation.Positions.Select(ctx, tx, "archived_at = 0")
		if err != nil {
			return err
		}
		posts := map[string]*organisation.Position{}
		for _, p := range all {
			posts[p.Code] = p
			if err := s.hire(ctx, tx, p, units, "JLHY"); err != nil {
				return err
			}
		}
		for _, project := range projects {
			for _, code := range more[project.Code] {
				if err := s.hire(ctx, tx, posts[code], units, project.Code); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// hire appoints somebody new to a position, with an account named after it: technician, technician2 …
func (s *sim) hire(ctx context.Context, tx *db.Tx, post *organisation.Position, units map[string]db.ID, project string) error {
	unit := units["company"]
	switch post.Code {
	case "REGION_GM":
		unit = units["region"]
	case "PROJECT_MGR", "PROPERTY_MGR":
		unit = units[project]
	}
	for _, d := range departments {
		for _, code := range d.posts {
			if code == post.Code {
				unit = units[project+"_"+d.code]
			}
		}
	}
	n := len(s.staff[post.Code]) + 1
	login := strings.ToLower(post.Code)
	if n > 1 {
		login += fmt.Sprint(n)
	}
	s.report.Employees++
	today := calendar.DateOf(tx.Now())
	e := &organisation.Employee{No: fmt.Sprintf("LF%04d", s.report.Employees), Name: s.name(), Mobile: staffPhone(s.report.Employees), UnitID: unit,
		HiredOn: today.AddDays(-int(s.between(60, 3000))), State: "active"}
	if err := organisation.Employees.Create(ctx, tx, e); err != nil {
		return err
	}
	if err := organisation.Appointments.Create(ctx, tx, &organisation.Appointment{EmployeeID: e.ID, PositionID: post.ID, UnitID: unit, Kind: "main", FromOn: e.HiredOn}); err != nil {
		return err
	}
	if _, err := s.Identity.CreateIn(ctx, tx, identity.NewAccount{Kind: access.Staff, Login: login, Name: e.Name, PersonID: e.ID}, s.hash); err != nil {
		return err
	}
	who := person{e.ID, e.Name}
	s.staff[post.Code] = append(s.staff[post.Code], who)
	for _, p := range s.places {
		switch {
		case p.Code != project:
		case post.Code == "TECHNICIAN":
			p.technique = append(p.technique, who)
		case post.Code == "CS_OFFICER":
			p.desk = append(p.desk, who)
		}
	}
	return nil
}
