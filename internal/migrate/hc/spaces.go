package hc

import (
	"regexp"
	"strings"

	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/estate"
	"github.com/lifang/lifang/internal/migrate"
)

var plateForm = regexp.MustCompile(`^[\p{Han}A-Z][A-Z]?[A-Z0-9]{4,7}[\p{Han}]?$`)

// spaceRow is a row of 车位信息: a parking space, perhaps with its user and his car.
func (r *run) spaceRow(l *line) migrate.Effect {
	lot, code := l.text("lot", false, 40), l.text("space", true, 40)
	if lot == "" {
		lot = "1"
	}
	s := &estate.ParkingSpace{Code: code, Lot: lot, Place: l.code("place", places), Area: l.scaled("area", false, 0), Type: "leased", OwnerRight: "developer", Status: "free"}
	if s.Place == "" {
		s.Place = "underground"
	}
	if s.Area == 100 { // that system asks to write 1 when the area is unknown
		s.Area = 0
	}
	plate := strings.NewReplacer("·", "", " ", "", "-", "").Replace(strings.ToUpper(l.text("plate", false, 20)))
	if plate != "" && !plateForm.MatchString(plate) {
		l.blame("plate", "车牌号格式不正确，例如 京A12345", "is not a plate number such as 京A12345")
	}
	v := &estate.Vehicle{Plate: plate, Type: l.code("cartype", cars), Brand: l.text("brand", false, 40), Colour: l.text("colour", false, 20)}
	tenure := l.code("tenure", tenures)
	s.ValidFrom, s.ValidTo = l.day("from"), l.day("to")
	if s.ValidFrom != "" && s.ValidTo != "" && s.ValidTo < s.ValidFrom {
		l.blame("to", "结束时间不能早于开始时间", "the end cannot be before the start")
	}
	owner := r.spaceOwner(l, s)
	switch {
	case owner == 0 && plate != "" && !l.bad():
		l.blame("owner", "填写了车牌号，业主编号不能为空", "a plate needs the code of its owner")
	case owner != 0 && tenure == "" && !l.bad():
		l.blame("tenure", "车位有使用人时须填写出租或出售", "a space with a user is either rented or sold", tenures.allowed...)
	}
	if l.bad() {
		return migrate.Nothing
	}
	if earlier, ok := r.again(l.Number, "space row", lot, code); ok {
		l.blame("space", "与第 "+itoa(int64(earlier))+" 行重复", "repeats row "+itoa(int64(earlier)))
		return migrate.Nothing
	}
	if plate != "" {
		if earlier, ok := r.again(l.Number, "plate row", plate); ok {
			l.blame("plate", "与第 "+itoa(int64(earlier))+" 行重复", "repeats row "+itoa(int64(earlier)))
			return migrate.Nothing
		}
	}
	if owner != 0 {
		s.Status = tenure
		if tenure == "sold" {
			s.Type, s.OwnerRight = "titled", "owner"
		}
	}
	effect := migrate.Nothing
	spaceID, known := r.ids[r.key("space", lot, code)]
	if !known {
		s.Row = r.w.row()
		spaceID = s.ID
		r.ids[r.key("space", lot, code)] = spaceID
		add(r.w, "parking-spaces", &r.w.spaces, s)
		effect = migrate.Creates
	}
	if _, known := r.ids[r.key("plate", plate)]; plate != "" && !known {
		v.Row = r.w.row()
		v.OwnerID, v.RoomID, v.SpaceID, v.ValidFrom, v.ValidTo = owner, s.RoomID, spaceID, s.ValidFrom, s.ValidTo
		if v.Type == "" {
			v.Type = "car"
		}
		if v.Type == "car" && len([]rune(plate)) == 8 { // new energy plates have one character more
			v.Type = "ev"
		}
		r.ids[r.key("plate", plate)] = v.ID
		add(r.w, "vehicles", &r.w.vehicles, v)
		effect = migrate.Creates
	}
	return effect
}

// spaceOwner finds the user of a space by his code, and his first room.
func (r *run) spaceOwner(l *line, s *estate.ParkingSpace) db.ID {
	code := l.text("owner", false, 40)
	if code == "" || nobody[code] {
		return 0
	}
	id, ok := r.ids[r.key("source", code)]
	if !ok {
		l.blame("owner", "没有编号为 "+code+" 的业主", "there is no owner with code "+code)
		return 0
	}
	s.CustomerID, s.RoomID = id, r.ids[r.key("home", code)]
	return id
}
