package hc

import (
	"context"
	"strings"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/sheet"
)

// person is what a row says about somebody.
type person struct {
	name, phone, id, unverified, gender string
}

// personOf reads the columns about a person. Names that stand for nobody give an empty name.
func (r *run) personOf(l *line, nameRequired bool) person {
	p := person{name: l.text("name", nameRequired, 60), gender: l.code("gender", genders), phone: l.phone("phone")}
	p.id, p.unverified = l.identity("id")
	if nobody[p.name] {
		if nameRequired {
			l.blame("name", "不是真实姓名", "is not a real name")
		}
		p.name = ""
	}
	return p
}

// customer finds the person among those known, or creates one: by identity number, by phone and name, then by name
// within the room. ok is false when the row contradicts an earlier one.
func (r *run) customer(l *line, p person, source, roomCode string) (id db.ID, made, ok bool) {
	if source != "" {
		if known, is := r.ids[r.key("source", source)]; is {
			return known, false, true
		}
	}
	if r.contradicts(l, p) {
		return 0, false, false
	}
	if p.id != "" {
		if known, is := r.ids[r.key("id", p.id)]; is {
			return r.alias(known, source), false, true
		}
	}
	if p.phone != "" {
		if known, is := r.ids[r.key("phone", p.phone, p.name)]; is {
			return r.alias(known, source), false, true
		}
	}
	if roomCode != "" {
		if known, is := r.ids[r.key("in room", roomCode, p.name)]; is {
			return known, false, true
		}
	}
	c := &estate.Customer{Row: r.w.row(), Name: p.name, Kind: "person", Phone: p.phone, PhoneState: "unverified", Gender: p.gender, IDNo: p.id, IDUnverified: p.unverified, SourceCode: source}
	if looksLikeCompany(p.name) {
		c.Kind, c.Gender = "company", ""
	}
	if p.phone != "" && r.has[r.key("phone", p.phone)] {
		c.PhoneShared = true
		r.shared++
	}
	r.person(c.ID, p.name, p.phone, p.id, source)
	if roomCode != "" {
		r.ids[r.key("in room", roomCode, p.name)] = c.ID
	}
	add(r.w, "customers", &r.w.customers, c)
	return c.ID, true, true
}

// contradicts blames an identity number that stands with another name.
func (r *run) contradicts(l *line, p person) bool {
	if p.id == "" || r.has[r.key("id name", p.id, p.name)] {
		return false
	}
	if _, known := r.ids[r.key("id", p.id)]; !known {
		return false
	}
	l.blame("id", "该身份证号已登记在另一个姓名下", "the identity number belongs to another name")
	return true
}

func (r *run) alias(id db.ID, source string) db.ID {
	if source != "" {
		r.ids[r.key("source", source)] = id
	}
	return id
}

func looksLikeCompany(name string) bool {
	for _, end := range []string{"公司", "银行", "中心", "学校", "医院", "委员会", "合作社", "事务所"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// ownerCodes notes, before anything else, in which row each owner code stands: members may come before their owner.
func (r *run) ownerCodes() error {
	t := r.tables[ownersForm]
	if t == nil {
		return nil
	}
	return t.Each(func(rec sheet.Record) error {
		l := &line{Record: rec}
		if kind := l.code("type", personTypes); kind == "owner" || kind == "" {
			r.again(rec.Number, "owner code", rec.Cell("owner").Str())
		}
		return nil
	})
}

// ownerRow is a row of 业主信息: an owner, or somebody of an owner's household.
func (r *run) ownerRow(l *line) migrate.Effect {
	kind := l.code("type", personTypes)
	if kind == "" {
		kind = "owner"
	}
	code := l.text("owner", true, 40)
	l.whole("age", 0, 150)
	p := r.personOf(l, true)
	if l.bad() {
		return migrate.Nothing
	}
	if kind != "owner" {
		return r.memberRow(l, kind, code, p)
	}
	if first := r.rows[r.key("owner code", code)]; first != l.Number {
		l.blame("owner", "与第 "+itoa(int64(first))+" 行重复", "repeats row "+itoa(int64(first)))
		return migrate.Nothing
	}
	known, existed := r.ids[r.key("source", code)]
	if existed {
		return r.ownerChanged(known, p)
	}
	_, made, ok := r.customer(l, p, code, "")
	if !ok || !made {
		return migrate.Nothing
	}
	return migrate.Creates
}

func (r *run) ownerChanged(id db.ID, p person) migrate.Effect {
	var name, phone, idNo string
	if err := r.in.DB.Reader().QueryRowContext(r.ctx, "SELECT name, phone, id_no FROM customer WHERE id = $1", id).Scan(&name, &phone, &idNo); err != nil {
		return migrate.Nothing
	}
	if name == p.name && (phone == p.phone || p.phone == "") && (idNo == p.id || p.id == "") {
		return migrate.Nothing
	}
	shared := p.phone != "" && phone != p.phone && r.has[r.key("phone", p.phone)]
	r.person(id, p.name, p.phone, p.id, "")
	r.w.change(func(ctx context.Context, tx *db.Tx) error {
		_, err := estate.Customers.Update(ctx, tx, id, 0, func(c *estate.Customer) error {
			c.Name = p.name
			if p.phone != "" {
				c.Phone, c.PhoneShared = p.phone, c.PhoneShared || shared
			}
			if p.id != "" {
				c.IDNo, c.IDUnverified = p.id, ""
			}
			return nil
		})
		return err
	})
	return migrate.Changes
}

// member waits for the first room of its owner.
type member struct {
	id   db.ID
	kind string
}

func (r *run) memberRow(l *line, kind, code string, p person) migrate.Effect {
	if _, ok := r.rows[r.key("owner code", code)]; !ok {
		if _, known := r.ids[r.key("source", code)]; !known {
			l.blame("owner", "没有编号为 "+code+" 的业主", "there is no owner with code "+code)
			return migrate.Nothing
		}
	}
	source := code + "/" + p.name
	if len([]rune(source)) > 40 {
		source = string([]rune(source)[:40])
	}
	id, made, ok := r.customer(l, p, source, "")
	if !ok {
		return migrate.Nothing
	}
	r.members[code] = append(r.members[code], member{id, kind})
	if !made {
		return migrate.Nothing
	}
	return migrate.Creates
}

var relations = map[string]string{"owner": "self", "relative": "relative", "tenant": "tenant", "guest": "relative"}

// lives enters that somebody lives in a room, unless it is known; it reports whether it was new.
func (r *run) lives(rm *room, who db.ID, kind string) bool {
	k := r.key(relation("lives", rm.id, who)...)
	if r.has[k] {
		return false
	}
	r.has[k] = true
	add(r.w, "occupancies", &r.w.occupancies, &estate.Occupancy{Row: r.w.row(), RoomID: rm.id, PersonID: who, Label: rm.label, Relation: relations[kind], ValidFrom: r.w.today})
	return true
}

// owns enters the owners of a room with equal shares; the first is the main owner.
func (r *run) owns(rm *room, from calendar.Date, owners ...db.ID) {
	if from == "" {
		from = estate.ForEver0
	}
	share := int64(estate.Whole) / int64(len(owners))
	for i, who := range owners {
		part := share
		if i == 0 {
			part = estate.Whole - share*int64(len(owners)-1)
		}
		r.has[r.key(relation("owner", rm.id, who)...)] = true
		add(r.w, "ownerships", &r.w.ownerships, &estate.Ownership{Row: r.w.row(), RoomID: rm.id, CustomerID: who, Label: rm.label, Share: part, IsMain: i == 0, ValidFrom: from})
	}
	rm.owned = true
}
