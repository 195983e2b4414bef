package estate

import (
	"context"
	"sort"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// Whole is the share of someone who owns a room alone: 1 in millionths.
const Whole = 1_000_000

// Ownership says who owns which part of a room, and when. The shares of a room never sum to more than 1 on any day;
// the nightly check asks for exactly 1. It ends only by [Transfer].
type Ownership struct {
	register.Row
	RoomID     db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in,once"`
	CustomerID db.ID         `zh:"业主" en:"Owner" ref:"customers" lf:"required,filter=in,once"`
	Label      string        `zh:"名称" en:"Name" lf:"readonly,primary,search"`
	Share      int64         `zh:"份额" en:"Share" lf:"required,scale=6,min=1,max=1000000,default=1"`
	IsMain     bool          `zh:"主业主" en:"Main owner" lf:"filter=in"`
	ValidFrom  calendar.Date `zh:"起始日期" en:"From" lf:"required,sort,filter=range,once"`
	ValidTo    calendar.Date `zh:"终止日期" en:"To" lf:"readonly,sort,filter=range"`
	CertNo     string        `zh:"不动产权证号" en:"Certificate no." lf:"max=60,search"`
	Proof      string        `zh:"产权证明" en:"Proof" lf:"max=200"`
}

// Ownerships of all rooms.
var Ownerships = register.New(register.Def[Ownership]{
	Name: "ownerships", Table: "ownership", Zh: "产权关系", En: "Ownerships", Permission: "estate.ownership", Archive: "admin", Sort: "-valid_from",
	Self: "customer_id",
})

func init() {
	Ownerships.Def.Before = func(ctx context.Context, tx *db.Tx, _, o *Ownership) error {
		return labelOfRoom(ctx, tx, &o.Row, o.RoomID, &o.Label)
	}
	Ownerships.Def.Check = checkOwnership
}

// labelOfRoom names a row after its room and puts it into the room's project.
func labelOfRoom(ctx context.Context, q db.Queryer, head *register.Row, room db.ID, label *string) error {
	if *label != "" && prechecked(ctx) {
		return nil
	}
	return one(ctx, q, "SELECT label, project_id FROM room WHERE id = $1", []any{room}, label, &head.ProjectID)
}

func checkOwnership(ctx context.Context, q db.Queryer, _, o *Ownership) error {
	if prechecked(ctx) {
		return nil
	}
	if o.ValidTo != "" && o.ValidTo < o.ValidFrom {
		return problem.Invalid().At("/valid_to", "终止日期不能早于起始日期", "The end cannot be before the start")
	}
	var all []span
	err := each(ctx, q, "SELECT share, is_main, valid_from, valid_to FROM ownership WHERE room_id = $1 AND id <> $2 AND archived_at = 0", []any{o.RoomID, o.ID},
		func(scan func(...any) error) error {
			var s span
			if err := scan(&s.share, &s.main, &s.from, &s.to); err != nil {
				return err
			}
			all = append(all, s)
			return nil
		})
	if err != nil {
		return err
	}
	share, mains := most(append(all, span{o.Share, o.IsMain, o.ValidFrom, o.ValidTo}))
	wrong := problem.Invalid()
	if share > Whole {
		wrong = wrong.At("/share", "该房屋各业主的份额之和超过 1", "The shares of the room sum to more than 1")
	}
	if mains > 1 {
		wrong = wrong.At("/is_main", "该房屋已有主业主", "The room already has a main owner")
	}
	return wrong.OrNil()
}

type span struct {
	share    int64
	main     bool
	from, to calendar.Date
}

// most is the largest sum of shares and the largest number of main owners on any single day.
func most(spans []span) (share int64, mains int) {
	type event struct {
		day   calendar.Date
		share int64
		mains int
	}
	var events []event
	for _, s := range spans {
		main := 0
		if s.main {
			main = 1
		}
		events = append(events, event{s.from, s.share, main})
		if s.to != "" {
			events = append(events, event{s.to.AddDays(1), -s.share, -main})
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].day < events[j].day })
	var s int64
	m := 0
	for i, e := range events {
		s, m = s+e.share, m+e.mains
		if i+1 == len(events) || events[i+1].day != e.day {
			share, mains = max(share, s), max(mains, m)
		}
	}
	return share, mains
}

// NewOwner is a buyer of a transfer.
type NewOwner struct {
	CustomerID db.ID
	Share      int64 // millionths
	IsMain     bool
	CertNo     string
	Proof      string
}

// Transfer ends all ownership of a room the day before and begins that of the new owners (residents §23 step 4).
// Their shares must sum to exactly 1 and one of them must be the main owner.
func Transfer(ctx context.Context, tx *db.Tx, room db.ID, day calendar.Date, owners []NewOwner) error {
	var sum int64
	mains := 0
	for _, o := range owners {
		sum += o.Share
		if o.IsMain {
			mains++
		}
	}
	if sum != Whole || mains != 1 {
		return problem.Invalid().At("/owners", "新业主的份额之和应为 1，且有一位主业主", "The shares of the new owners must sum to 1, and one of them is the main owner")
	}
	old, err := Ownerships.Select(ctx, tx, "room_id = $1 AND valid_to = '' AND archived_at = 0", room)
	if err != nil {
		return err
	}
	for _, o := range old {
		if o.ValidFrom >= day {
			return problem.Invalid().At("/day", "过户日期不能早于现业主的起始日期", "The transfer cannot be before the present ownership began")
		}
		if _, err := Ownerships.Update(ctx, tx, o.ID, o.Version, func(o *Ownership) error { o.ValidTo = day.AddDays(-1); return nil }); err != nil {
			return err
		}
	}
	for _, o := range owners {
		if err := Ownerships.Create(ctx, tx, &Ownership{RoomID: room, CustomerID: o.CustomerID, Share: o.Share, IsMain: o.IsMain,
			ValidFrom: day, CertNo: o.CertNo, Proof: o.Proof}); err != nil {
			return err
		}
	}
	return nil
}
