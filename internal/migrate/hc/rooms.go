package hc

import (
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
	"github.com/lifang/lifang/internal/sheet"
)

// roomRow is a row of 房屋信息: a room with its owner and fees.
func (r *run) roomRow(l *line) migrate.Effect {
	b, u, no := l.place("building"), l.place("unit"), l.place("room")
	f := r.roomFacts(l, u)
	code := l.text("owner", false, 40)
	if nobody[code] {
		code = ""
	}
	r.roomFees(l)
	var owner db.ID
	if code != "" {
		known, ok := r.ids[r.key("source", code)]
		if !ok {
			zh, en := "业主信息表里没有编号为 "+code+" 的业主", "the sheet of owners has no owner with code "+code
			if _, listed := r.rows[r.key("owner code", code)]; listed {
				zh, en = "编号为 "+code+" 的业主所在行有误，未能读入", "the row of owner "+code+" has errors and was not read"
			}
			l.blame("owner", zh, en)
		}
		owner = known
	}
	if f.state != "" {
		r.stateFits(l, &f, "owner", code != "")
	} else if f.status = "unsold"; code != "" {
		f.status = "self"
	}
	if l.bad() {
		return migrate.Nothing
	}
	roomCode := estate.RoomCode(b, u, no)
	if known := r.rooms[roomCode]; known != nil && known.row != 0 {
		l.blame("room", "与第 "+itoa(int64(known.row))+" 行重复", "repeats row "+itoa(int64(known.row)))
		return migrate.Nothing
	}
	place := r.placeOf(l, b, u, 0, false)
	if place == nil {
		return migrate.Nothing
	}
	effect := migrate.Creates
	rm := r.rooms[roomCode]
	if rm != nil {
		if owner != 0 && rm.owned && !r.has[r.key(relation("owner", rm.id, owner)...)] {
			l.blame("owner", "该房屋已登记其他业主，产权变更请办理过户", "the room has another owner already; a change of ownership is a transfer")
			return migrate.Nothing
		}
		effect = r.knownRoom(l, rm, f)
	} else {
		rm = r.newRoom(l, place, no, f)
	}
	if owner != 0 {
		if !rm.owned {
			r.owns(rm, "", owner)
		}
		if f.status == "self" && rm.fresh {
			r.lives(rm, owner, "owner")
		}
		r.household(rm, owner, code)
		if k := r.key("home", code); r.ids[k] == 0 {
			r.ids[k] = rm.id
		}
	}
	return effect
}

// household enters the members of an owner's household into his first room.
func (r *run) household(rm *room, owner db.ID, code string) {
	members := r.members[code]
	if len(members) == 0 {
		return
	}
	delete(r.members, code)
	for _, m := range members {
		r.lives(rm, m.id, m.kind)
	}
	r.size(rm, owner, len(members)+1)
}

func (r *run) size(rm *room, head db.ID, persons int) {
	if !rm.fresh || persons < 1 || persons > 50 {
		return
	}
	add(r.w, "households", &r.w.households, &estate.Household{Row: r.w.row(), RoomID: rm.id, Label: rm.label, HeadID: head, Size: int64(persons), Since: r.w.today})
}

// stateFits translates the state of a room and compares it with whether somebody is named as its owner.
func (r *run) stateFits(l *line, f *facts, key string, named bool) {
	s := roomStates[f.state]
	f.status = s.status
	switch {
	case s.owner > 0 && !named:
		l.blame(key, "房屋状态为“"+s.zh+"”时业主不能为空", "a room in this state needs an owner")
	case s.owner < 0 && named:
		l.blame(key, "房屋状态为“"+s.zh+"”时业主应留空", "a room that is not sold has no owner")
	case f.state == "2008" && !named:
		f.status = "unsold"
	}
}

// group is the run of rows of the flat sheet that belong to one room.
type group struct {
	key    string
	rm     *room
	owners []db.ID
	people int
}

// flatRow is a row of 资产信息: a room, and a person in it. The room's columns are repeated for every person.
func (r *run) flatRow(l *line) migrate.Effect {
	b, u, no := l.place("building"), l.place("unit"), l.place("room")
	f := r.roomFacts(l, u)
	floors, lift := l.whole("floors", 1, 200), l.yes("lift")
	kind := l.code("type", personTypes)
	p := r.personOf(l, false)
	if kind == "" {
		kind = "owner"
	}
	if p.name == "" && (p.phone != "" || p.id != "") {
		l.blame("name", "填写了电话或证件，姓名不能为空", "a phone or identity number without a name")
	}
	if kind == "owner" && f.state != "" {
		r.stateFits(l, &f, "name", p.name != "")
	} else if f.state != "" {
		f.status = roomStates[f.state].status
	} else if f.status = "unsold"; p.name != "" {
		f.status = "self"
	}
	if l.bad() {
		return migrate.Nothing
	}
	code := estate.RoomCode(b, u, no)
	if r.group.key != code {
		r.endGroup()
		if r.failed = r.w.full(r.ctx, r.source.Fees); r.failed != nil {
			return migrate.Nothing
		}
		r.group.key = code
	}
	rm, effect := r.rooms[code], migrate.Nothing
	if kind != "owner" && p.name != "" && (rm == nil || !rm.owned) {
		l.blame("type", "该房屋还没有业主，业主要写在家庭成员、租客之前", "the room has no owner yet; the owner comes before family members and tenants")
	}
	if r.contradicts(l, p) || l.bad() {
		return migrate.Nothing
	}
	switch {
	case rm != nil && rm.row != 0:
		r.sameRoom(l, rm, f)
	case rm != nil:
		effect = r.knownRoom(l, rm, f)
	default:
		rm, effect = r.newRoom(l, r.unit(b, u, floors, lift), no, f), migrate.Creates
	}
	if l.bad() {
		return migrate.Nothing
	}
	r.group.rm = rm
	if p.name == "" {
		return effect
	}
	if r.inRoom(l, rm, kind, p) && effect == migrate.Nothing {
		effect = migrate.Creates
	}
	return effect
}

// sameRoom compares the repeated columns of a room with its first row.
func (r *run) sameRoom(l *line, rm *room, f facts) {
	differs := func(key string, same bool) {
		if !same {
			l.blame(key, "与第 "+itoa(int64(rm.row))+" 行同一房屋的内容不一致", "differs from row "+itoa(int64(rm.row))+" of the same room")
		}
	}
	differs("area", rm.facts.area == f.area)
	differs("inner", rm.facts.inner == f.inner)
	differs("usage", rm.facts.usage == f.usage)
	differs("state", rm.facts.state == f.state)
	differs("floor", rm.facts.floor == f.floor)
}

// inRoom enters a person of the flat sheet, or several owners written with commas, and reports whether that was new.
func (r *run) inRoom(l *line, rm *room, kind string, p person) bool {
	names := []string{p.name}
	if kind == "owner" {
		names = strings.FieldsFunc(p.name, func(c rune) bool { return strings.ContainsRune(",，、/;；", c) })
	}
	made := false
	for i, name := range names {
		one := person{name: strings.TrimSpace(name)}
		if i == 0 {
			one = p
			one.name = strings.TrimSpace(name)
		}
		if kind == "owner" && !r.mayOwn(l, rm, one) {
			return false
		}
		who, _, ok := r.customer(l, one, "", rm.code)
		if !ok {
			return false
		}
		r.ids[r.key("in room", rm.code, one.name)] = who
		if kind != "owner" {
			if r.lives(rm, who, kind) {
				made = true
				r.group.people++
			}
			continue
		}
		if k := r.key(relation("owner", rm.id, who)...); !r.has[k] {
			r.has[k] = true
			r.group.owners = append(r.group.owners, who)
			rm.owned = true
			r.group.people++
			made = true
			if rm.facts.status == "self" {
				r.lives(rm, who, "owner")
			}
		}
	}
	return made
}

// mayOwn refuses another owner for a room whose owners are settled: in the database, or in rows further up.
func (r *run) mayOwn(l *line, rm *room, p person) bool {
	if !rm.owned || len(r.group.owners) > 0 {
		return true
	}
	if known, ok := r.ids[r.key("in room", rm.code, p.name)]; ok && r.has[r.key(relation("owner", rm.id, known)...)] {
		return true
	}
	if rm.fresh {
		l.blame("name", "同一房屋的几位业主要写在相邻的行里", "the owners of a room must stand in rows next to each other")
	} else {
		l.blame("name", "该房屋已登记其他业主，产权变更请办理过户", "the room has another owner already; a change of ownership is a transfer")
	}
	return false
}

// endGroup writes the ownership of a room once all its owners are known.
func (r *run) endGroup() {
	g := r.group
	r.group = group{}
	if g.rm == nil {
		return
	}
	if len(g.owners) > 0 {
		r.owns(g.rm, "", g.owners...)
		r.size(g.rm, g.owners[0], g.people)
	}
}

// roomFees checks the lists of fees and their dates: as many dates as fees, every fee known.
func (r *run) roomFees(l *line) {
	fees, days := l.list("fees"), l.list("feesfrom")
	if len(fees) == 0 {
		return
	}
	if len(days) != len(fees) {
		l.blame("feesfrom", "日期个数与房屋费用个数不一致，用 # 分隔", "as many dates as fees are needed, separated by #")
		return
	}
	for i, fee := range fees {
		if _, ok := r.rows[r.key("fee", fee)]; !ok {
			l.blame("fees", "费用设置表里没有编号 "+fee, "the sheet of fees has no number "+fee)
		}
		if _, err := sheet.TextCell(days[i]).Date(); err != nil && (len(days) != 1 || l.day("feesfrom") == "") {
			l.blame("feesfrom", "“"+days[i]+"”不是有效日期，请写成 2020-01-01", "“"+days[i]+"” is not a valid date, write it as 2020-01-01")
		}
	}
}
