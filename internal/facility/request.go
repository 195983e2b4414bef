package facility

import (
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

// Request is what somebody asked for: the customer's thread (residents §4). Written by the flow order-intake only.
type Request struct {
	register.Row
	No            string `zh:"单号" en:"No." lf:"primary,search,sort,width=190"`
	State         string `zh:"状态" en:"State" opts:"registered=已登记/Registered/warn|processing=处理中/In progress/info|done=已完成待回访/Done, to be followed up/info|closed=已关闭/Closed/ok|withdrawn=已撤销/Withdrawn" lf:"filter=in,sort"`
	Priority      string `zh:"级别" en:"Level" opts:"P0=P0 特急/P0 Critical/danger|P1=P1 紧急/P1 Urgent/danger|P2=P2 一般/P2 Normal/info|P3=P3 预约/P3 Booked/info|P4=P4 计划/P4 Planned" lf:"filter=in,sort"`
	Kind          string `zh:"诉求类型" en:"Kind" opts:"repair=报修/Repair|consult=咨询/Question|suggestion=建议/Suggestion|praise=表扬/Praise|help=求助/Help|paid_service=有偿服务/Paid service|appointment=预约办事/Appointment" lf:"filter=in"`
	Category      string `zh:"类别" en:"Category" opts:"water=户内给排水/Water and drains|power=户内电/Electricity|door=门窗锁具/Doors and windows|heating=采暖空调/Heating and air|lighting=公共照明/Public lighting|lift=电梯/Lift|access=门禁对讲/Door access|fire=消防设施/Fire safety|leak=渗漏土建/Leaks and structure|parking=车场设备/Car park|green=保洁绿化/Cleaning and green|service=服务事项/Services|other=其他/Other" lf:"filter=in"`
	Place         string `zh:"位置" en:"Place" lf:"search"`
	Description   string `zh:"描述" en:"Description" lf:"format=textarea,search"`
	RoomID        db.ID  `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	RequesterName string `zh:"联系人" en:"Contact" lf:"search,masked,format=name"`
	Phone         string `zh:"联系电话" en:"Phone" lf:"search,masked,format=phone"`
	OpenedAt      int64  `zh:"登记时间" en:"Reported" lf:"format=datetime,sort,filter=range"`
	DueAt         int64  `zh:"时限" en:"Due" lf:"format=datetime,sort,filter=range"`
	ClosedAt      int64  `zh:"关闭时间" en:"Closed" lf:"format=datetime,sort,filter=range"`
	Cost          int64  `zh:"费用" en:"Fee" lf:"format=money,sum"`
	Rating        int64  `zh:"验收评分" en:"Rating" lf:"sort,filter=range"`
	Satisfaction  int64  `zh:"回访满意度" en:"Satisfaction" lf:"sort,filter=range"`
	ReopenCount   int64  `zh:"重开次数" en:"Reopened" lf:"sort,filter=range"`
	CloseCode     string `zh:"关闭方式" en:"How closed" opts:"done=完成/Done/ok|answered=即时办结/Answered/ok|explained=已解释/Explained/info|referred=已转办/Referred/info|merged=已关联/Merged|given_up=客户放弃/Given up/warn|withdrawn=撤销/Withdrawn" lf:"filter=in"`
	Answer        string `zh:"答复" en:"Answer" lf:"format=textarea,hidden"`
	FaultCode     string `zh:"故障类别" en:"Fault" opts:"W01=W01 给水管爆裂/W01 Burst water pipe|W02=W02 给水渗漏/W02 Water leak|W03=W03 排水堵塞/W03 Blocked drain|W04=W04 排水返水/W04 Drain backflow|W05=W05 单户无水/W05 No water in one home|W06=W06 楼栋无水/W06 No water in the building|W07=W07 水质异常/W07 Foul water|W08=W08 水箱溢流/W08 Tank overflow|W09=W09 屋面外墙渗漏/W09 Roof or wall leak|E01=E01 单户停电/E01 No power in one home|E02=E02 楼栋停电/E02 No power in the building|E03=E03 漏电打火冒烟/E03 Leakage current, sparks or smoke|E04=E04 公共照明故障/E04 Public lighting|E05=E05 应急照明疏散指示/E05 Escape lighting|E06=E06 充电桩故障/E06 Charging pile|L01=L01 电梯困人/L01 Trapped in the lift|L02=L02 电梯停梯/L02 Lift out of use|L03=L03 电梯异响异味或门故障/L03 Lift noise, smell or door|F01=F01 消防主机故障/F01 Fire panel fault|F02=F02 消防泵故障/F02 Fire pump fault|F03=F03 喷淋消火栓漏水/F03 Sprinkler or hydrant leak|D01=D01 门禁故障/D01 Door access fault|D02=D02 监控离线/D02 Camera offline|D03=D03 道闸故障/D03 Barrier gate fault|D04=D04 对讲弱电故障/D04 Intercom or low voltage|H01=H01 供暖管爆裂/H01 Burst heating pipe|H02=H02 单户不热/H02 No heat in one home|H03=H03 空调不冷/H03 Air conditioning does not cool|C01=C01 外墙空鼓脱落/C01 Loose facade|C02=C02 高处玻璃破损/C02 Broken glass at height|C03=C03 井盖缺失/C03 Open manhole|C04=C04 道路塌陷/C04 Road collapse|C05=C05 护栏松动/C05 Loose railing|C06=C06 门窗锁具/C06 Door, window or lock|C07=C07 墙地面破损/C07 Damaged wall or floor|G01=G01 燃气异味/G01 Smell of gas|O01=O01 高空坠物隐患/O01 Danger of falling objects|O99=O99 其他小修/O99 Other small repair" lf:"filter=in,hidden"`
	ChargeKind    string `zh:"收费性质" en:"Charge" opts:"free=免费/Free/ok|paid=有偿/Paid/info|warranty=保修/Warranty/ok|third=第三方/Third party/warn" lf:"filter=in,hidden"`
	AreaKind      string `zh:"区域" en:"Area" opts:"private=户内/In the home|public=公共区域/Public area|boundary=交界/Boundary" lf:"filter=in,hidden"`
	Channel       string `zh:"受理渠道" en:"Channel" opts:"phone=电话/Phone|counter=前台/Counter|app=业主端/Owner app|wechat=微信/WeChat|staff=员工上报/Staff|device=设备告警/Device|authority=政府转办/Authority" lf:"filter=in"`
	Relation      string `zh:"与房屋关系" en:"Relation" opts:"owner=业主/Owner|family=家属/Family|tenant=租户/Tenant|visitor=访客/Visitor|staff=员工/Staff|authority=政府/Authority|other=其他/Other" lf:"filter=in,hidden"`
	RequesterID   db.ID  `zh:"报修住户" en:"Resident" ref:"customers" lf:"filter=in,hidden"`
	Danger        bool   `zh:"有人身危险" en:"Danger" lf:"filter=in,hidden"`
	Spreading     bool   `zh:"正在扩大" en:"Spreading" lf:"hidden"`
	Vulnerable    bool   `zh:"老弱病残孕" en:"Vulnerable persons" lf:"hidden"`
	EntryOk       bool   `zh:"允许入户" en:"May enter" lf:"hidden"`
	SlotFrom      int64  `zh:"预约时间" en:"Booked visit" lf:"format=datetime,hidden"`
	StarterID     db.ID  `zh:"登记人" en:"Registered by" lf:"hidden"`
	HandlerID     db.ID  `zh:"判级人" en:"Graded by" ref:"employees" lf:"hidden,anywhere"`
	DuplicateOf   db.ID  `zh:"疑似重复" en:"Possible duplicate of" ref:"service-requests" lf:"hidden"`
	CaseID        db.ID  `zh:"流程" en:"Case" lf:"filter=in,hidden"`
}

// Requests of all projects.
var Requests = register.New(register.Def[Request]{
	Name: "service-requests", Table: "service_request", Zh: "接单", En: "Requests", Permission: "svc.order", Sort: "-opened_at",
	ReadOnly: true, Self: "handler_id",
	Views: []register.View{
		{Key: "open", Zh: "在办", En: "Open", Query: "state=registered,processing,done"},
		{Key: "new", Zh: "待判级", En: "To be graded", Query: "state=registered"},
		{Key: "bad", Zh: "不满意", En: "Dissatisfied", Query: "satisfaction=1~2"},
		{Key: "reopened", Zh: "重开过", En: "Reopened", Query: "reopen_count=1~99"},
	},
})
