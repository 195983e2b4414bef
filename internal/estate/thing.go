package estate

import (
	"context"

	"github.com/lifang/lifang/internal/calendar"
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/register"
)

// ParkingSpace is a place for a car. Planned spaces serve the owners first (民法典 art. 276). Area in 0.01 m².
type ParkingSpace struct {
	register.Row
	Code       string        `zh:"车位编号" en:"Space no." alias:"车位编码|车位" lf:"required,unique=lot,primary,search,sort,max=40"`
	Lot        string        `zh:"停车场" en:"Car park" alias:"停车场编号" lf:"max=40,filter=in,default=1"`
	Place      string        `zh:"位置" en:"Place" alias:"停车场类型|车位类型" opts:"ground=地上/Above ground|underground=地下/Underground" lf:"required,filter=in,default=underground"`
	Type       string        `zh:"类型" en:"Type" opts:"titled=产权/Titled/ok|defence=人防/Civil defence/info|leased=租用/Leased/info|public=公共划线/Public marking" lf:"required,filter=in,default=leased"`
	OwnerRight string        `zh:"权属" en:"Belongs to" opts:"developer=开发商/Developer|owner=业主/Owner|all=全体业主/All owners" lf:"required,filter=in,default=developer"`
	RoomID     db.ID         `zh:"关联房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	CustomerID db.ID         `zh:"使用人" en:"User" ref:"customers" lf:"filter=in"`
	Area       int64         `zh:"面积" en:"Area" lf:"scale=2,unit=㎡|m²,min=0,max=10000000,sum"`
	HasCharger bool          `zh:"有充电桩" en:"Has a charger" lf:"filter=in"`
	Status     string        `zh:"状态" en:"Status" alias:"车位状态" opts:"free=空闲/Free/ok|rented=出租/Rented/info|sold=出售/Sold/info|closed=停用/Closed/warn" lf:"required,filter=in,default=free"`
	ValidFrom  calendar.Date `zh:"起始日期" en:"From" alias:"开始时间|起租时间" lf:"sort"`
	ValidTo    calendar.Date `zh:"截止日期" en:"To" alias:"结束时间|截止时间" lf:"sort,filter=range" help:"空为长期" help_en:"Empty: for ever"`
}

// ParkingSpaces of all projects.
var ParkingSpaces = register.New(register.Def[ParkingSpace]{
	Name: "parking-spaces", Table: "parking_space", Zh: "车位", En: "Parking spaces", Permission: "estate.parking",
	Views: []register.View{{Key: "free", Zh: "空闲", En: "Free", Query: "status=free"}},
	Check: func(_ context.Context, _ db.Queryer, _, s *ParkingSpace) error {
		return inOrder(s.ValidFrom, s.ValidTo)
	},
})

// Vehicle is a car or bicycle of a resident. A plate is registered once at a time in a project.
type Vehicle struct {
	register.Row
	Plate     string        `zh:"车牌号" en:"Plate" lf:"required,unique,primary,search,sort,format=plate"`
	Type      string        `zh:"类型" en:"Type" alias:"车类型|车辆类型" opts:"car=小型车/Car|ev=新能源/New energy/ok|coach=客车/Coach|truck=货车/Truck|moto=摩托/Motorcycle|ebike=电动自行车/E-bike" lf:"required,filter=in,default=car"`
	OwnerID   db.ID         `zh:"车主" en:"Owner" ref:"customers" lf:"required,filter=in"`
	RoomID    db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	SpaceID   db.ID         `zh:"车位" en:"Parking space" ref:"parking-spaces" lf:"filter=in"`
	Brand     string        `zh:"品牌" en:"Brand" alias:"车品牌|车辆品牌" lf:"max=40,search"`
	Colour    string        `zh:"颜色" en:"Colour" lf:"max=20"`
	ValidFrom calendar.Date `zh:"起始日期" en:"From" alias:"开始时间" lf:"sort"`
	ValidTo   calendar.Date `zh:"截止日期" en:"To" alias:"结束时间" lf:"sort,filter=range"`
	Photo     string        `zh:"照片" en:"Photo" lf:"max=200"`
}

// Vehicles of all projects.
var Vehicles = register.New(register.Def[Vehicle]{
	Name: "vehicles", Table: "vehicle", Zh: "车辆", En: "Vehicles", Permission: "estate.vehicle", Self: "owner_id",
	Check: func(ctx context.Context, _ db.Queryer, _, v *Vehicle) error {
		if !prechecked(ctx) && v.RoomID == 0 && v.SpaceID == 0 {
			return problem.Invalid().At("/room_id", "请选择房屋或车位", "Choose a room or a parking space")
		}
		return inOrder(v.ValidFrom, v.ValidTo)
	},
})

func inOrder(from, to calendar.Date) error {
	if from != "" && to != "" && to < from {
		return problem.Invalid().At("/valid_to", "截止日期不能早于起始日期", "The end cannot be before the start")
	}
	return nil
}

// Key is a set of keys of a room and who holds it (residents §17).
type Key struct {
	register.Row
	KeyNo  string `zh:"钥匙编号" en:"Key no." lf:"required,unique,primary,search,sort,max=40"`
	RoomID db.ID  `zh:"房屋" en:"Room" ref:"rooms" lf:"required,filter=in"`
	Kind   string `zh:"种类" en:"Kind" opts:"door=入户/Front door|mailbox=信报箱/Letter box|meter=水表井/Meter shaft|storage=储藏/Storage" lf:"required,filter=in,default=door"`
	Qty    int64  `zh:"数量" en:"Number" lf:"required,min=1,max=100,sum,default=1"`
	Holder string `zh:"持有人" en:"Held by" opts:"owner=业主/Owner/ok|company=物业代管/Property company/warn|works=施工/Contractor/warn|developer=开发商/Developer/info" lf:"required,filter=in,default=developer"`
	Sealed bool   `zh:"已封存" en:"Sealed" lf:"filter=in"`
}

// Keys of all rooms.
var Keys = register.New(register.Def[Key]{Name: "keys", Table: "room_key", Zh: "钥匙", En: "Keys", Permission: "estate.key"})

// Credential opens gates and doors. A face needs a separate consent and is never the only way in.
type Credential struct {
	register.Row
	CredNo    string        `zh:"凭证号" en:"Credential no." lf:"required,unique,primary,search,sort,max=60"`
	Kind      string        `zh:"种类" en:"Kind" opts:"card=IC卡/IC card|phone=手机码/Phone code|password=密码/Password|face=人脸/Face/warn" lf:"required,filter=in,default=card"`
	PersonID  db.ID         `zh:"持有人" en:"Person" ref:"customers" lf:"required,filter=in"`
	RoomID    db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	Areas     []string      `zh:"可通行区域" en:"Areas"`
	ValidFrom calendar.Date `zh:"生效日期" en:"From" lf:"required,sort"`
	ValidTo   calendar.Date `zh:"失效日期" en:"To" lf:"sort,filter=range"`
	Status    string        `zh:"状态" en:"Status" opts:"valid=有效/Valid/ok|lost=挂失/Reported lost/danger|frozen=冻结/Frozen/warn|cancelled=注销/Cancelled" lf:"required,filter=in,default=valid"`
}

// Credentials of all persons.
var Credentials = register.New(register.Def[Credential]{
	Name: "credentials", Table: "credential", Zh: "门禁凭证", En: "Credentials", Permission: "estate.credential", Self: "person_id",
	Check: func(ctx context.Context, q db.Queryer, _, c *Credential) error {
		if err := inOrder(c.ValidFrom, c.ValidTo); err != nil {
			return err
		}
		if c.Kind != "face" || c.Status == "cancelled" {
			return nil
		}
		ok, err := HasConsent(ctx, q, c.PersonID, "face")
		if err == nil && !ok {
			err = problem.Invalid().At("/kind", "人脸凭证须先登记本人的单独同意，也可改用 IC 卡或手机码", "A face needs the person's separate consent on record; a card or phone code needs none")
		}
		return err
	},
})

// Meter measures water, power, gas or heat. Readings in 0.001 of the meter's unit, ratio in 0.0001.
type Meter struct {
	register.Row
	MeterNo     string        `zh:"表号" en:"Meter no." lf:"required,unique,primary,search,sort,max=40"`
	Kind        string        `zh:"种类" en:"Kind" opts:"water=水/Water|power=电/Power|gas=燃气/Gas|heat=热/Heat" lf:"required,filter=in"`
	Scope       string        `zh:"范围" en:"Scope" opts:"room=户表/Room|common=公共/Common|main=总表/Main" lf:"required,filter=in,default=room"`
	RoomID      db.ID         `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	ParentID    db.ID         `zh:"上级表" en:"Parent meter" ref:"meters" lf:"filter=in"`
	Ratio       int64         `zh:"倍率" en:"Ratio" lf:"required,scale=4,min=1,default=1"`
	Digits      int64         `zh:"表盘位数" en:"Digits" lf:"required,min=1,max=12,default=5"`
	Precision   int64         `zh:"小数位数" en:"Decimals" lf:"min=0,max=3"`
	InitReading *int64        `zh:"初始读数" en:"First reading" lf:"required,scale=3,min=0"`
	SealNo      string        `zh:"铅封号" en:"Seal no." lf:"max=40"`
	InstalledOn calendar.Date `zh:"安装日期" en:"Installed on" lf:"required,sort,filter=range"`
	VerifyDue   calendar.Date `zh:"检定到期" en:"Verification due" lf:"sort,filter=range"`
	LastReading int64         `zh:"最近读数" en:"Last reading" lf:"readonly,scale=3"`
	LastReadOn  calendar.Date `zh:"最近抄表日期" en:"Last read on" lf:"readonly,sort,filter=range"`
}

// Meters of all projects.
var Meters = register.New(register.Def[Meter]{
	Name: "meters", Table: "meter", Zh: "仪表", En: "Meters", Permission: "estate.meter", Archive: "admin", Check: checkMeter,
})

func checkMeter(_ context.Context, _ db.Queryer, old, m *Meter) error {
	wrong := problem.Invalid()
	if m.Scope == "room" && m.RoomID == 0 {
		wrong = wrong.At("/room_id", "户表须选择房屋", "A room's meter needs its room")
	}
	if m.ParentID != 0 && m.ParentID == m.ID {
		wrong = wrong.At("/parent_id", "上级表不能是自己", "A meter cannot be its own parent")
	}
	limit := int64(1000)
	for range m.Digits {
		limit *= 10
	}
	if m.InitReading != nil && *m.InitReading >= limit {
		wrong = wrong.At("/init_reading", "初始读数超过表盘位数", "The reading has more digits than the dial")
	}
	if old != nil && old.LastReadOn != "" && old.InitReading != nil && m.InitReading != nil && *old.InitReading != *m.InitReading {
		wrong = wrong.At("/init_reading", "已有抄表记录，初始读数不能修改", "The meter has been read; its first reading cannot change")
	}
	return wrong.OrNil()
}

// NoteReading keeps the newest reading (0.001 units) of a meter for the nightly check; older ones are ignored.
func NoteReading(ctx context.Context, tx *db.Tx, meter db.ID, day calendar.Date, reading int64) error {
	_, err := Meters.Update(ctx, tx, meter, 0, func(m *Meter) error {
		if day > m.LastReadOn {
			m.LastReading, m.LastReadOn = reading, day
		}
		return nil
	})
	return err
}
