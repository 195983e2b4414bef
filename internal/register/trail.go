package register

import (
	"context"

	"github.com/lifang/lifang/internal/access"
	"github.com/lifang/lifang/internal/db"
)

// TrailEntry is a line of the audit trail, as the register "audit-trail" shows it.
type TrailEntry struct {
	Row
	At        int64    `zh:"时间" en:"When" lf:"format=datetime,filter=range,sort,width=160"`
	Actor     string   `zh:"操作人" en:"Who" lf:"search,filter=contains,width=100"`
	Action    string   `zh:"操作" en:"Action" lf:"primary,filter=in,width=90"`
	Object    string   `zh:"对象" en:"Object" lf:"filter=in,width=120"`
	ObjectID  db.ID    `zh:"对象编号" en:"Object id" lf:"filter=in,hidden"`
	Note      string   `zh:"说明" en:"Note" lf:"search,width=200"`
	IP        string   `zh:"来源地址" en:"From address" lf:"filter=in,width=120"`
	Device    string   `zh:"设备" en:"Device" lf:"width=160"`
	ActorKind string   `zh:"身份" en:"Kind of actor" opts:"staff=员工/Staff|resident=住户/Resident|machine=接口/Machine|system=系统/System|anonymous=未登录/Anonymous" lf:"filter=in"`
	ActorID   db.ID    `zh:"账号编号" en:"Account id" lf:"filter=in,hidden"`
	Changes   []Change `zh:"变更内容" en:"Changes" lf:"computed,json"`
}

// Trail shows the audit trail (handbook ): read only, newest first. Personal data
// in the changes is masked as the register it belongs to says.
var Trail = New(Def[TrailEntry]{
	Name: "audit-trail", Zh: "操作日志", En: "Audit trail", Permission: "sys.audit", Sort: "-id",
	From: `(SELECT id, project_id, CAST(1 AS BIGINT) AS version, CAST(0 AS BIGINT) AS archived_at, at AS created_at, at AS updated_at,
		CAST(0 AS BIGINT) AS batch_id, at, actor, action, object, object_id, note, ip, device, actor_kind, actor_id FROM audit_entry)`,
	Fill: fillChanges,
})

func fillChanges(ctx context.Context, q db.Queryer, rows []*TrailEntry) error {
	byID := make(map[db.ID]*TrailEntry, len(rows))
	ids := make([]int64, len(rows))
	for i, r := range rows {
		byID[r.ID], ids[i] = r, int64(r.ID)
	}
	var args []any
	where := access.In("id", ids, &args)
	return eachRow(ctx, q, `SELECT id, before, after FROM audit_entry WHERE `+where, args, func(scan func(...any) error) error {
		var id db.ID
		var before, after string
		if err := scan(&id, &before, &after); err != nil {
			return err
		}
		tb, err := catalogue.find(byID[id].Object)
		if err != nil {
			return nil // not a register: a flow, a login, …
		}
		byID[id].Changes, err = tb.changes(before, after, map[*field]map[db.ID]string{})
		return err
	})
}
