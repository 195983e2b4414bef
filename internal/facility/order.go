package facility

import (
	"github.com/lifang/lifang/internal/db"
	"github.com/lifang/lifang/internal/register"
)

// Order is one repair (engineering 3). Written by the flow repair only.
type Order struct {
	register.Row
	No           string       `zh:"工单号" en:"No." lf:"primary,search,sort,width=190"`
	State        string       `zh:"状态" en:"State" opts:"accepted=待派单/To be dispatched/warn|dispatched=已派单/Dispatched/info|taken=已接单/Taken/info|on_site=已到场/On site/info|quoting=待确认报价/Quoted/warn|working=处理中/In progress/info|done=已完工/Finished/info|closed=已关闭/Closed/ok|refused=业主放弃/Given up by the owner|cancelled=已取消/Cancelled" lf:"filter=in,sort"`
	Priority     string       `zh:"级别" en:"Level" opts:"P0=P0 特急/P0 Critical/danger|P1=P1 紧急/P1 Urgent/danger|P2=P2 一般/P2 Normal/info|P3=P3 预约/P3 Booked/info|P4=P4 计划/P4 Planned" lf:"filter=in,sort"`
	FaultCode    string       `zh:"故障类别" en:"Fault" opts:"W01=W01 给水管爆裂/W01 Burst water pipe|W02=W02 给水渗漏/W02 Water leak|W03=W03 排水堵塞/W03 Blocked drain|W04=W04 排水返水/W04 Drain backflow|W05=W05 单户无水/W05 No water in one home|W06=W06 楼栋无水/W06 No water in the building|W07=W07 水质异常/W07 Foul water|W08=W08 水箱溢流/W08 Tank overflow|W09=W09 屋面外墙渗漏/W09 Roof or wall leak|E01=E01 单户停电/E01 No power in one home|E02=E02 楼栋停电/E02 No power in the building|E03=E03 漏电打火冒烟/E03 Leakage current, sparks or smoke|E04=E04 公共照明故障/E04 Public lighting|E05=E05 应急照明疏散指示/E05 Escape lighting|E06=E06 充电桩故障/E06 Charging pile|L01=L01 电梯困人/L01 Trapped in the lift|L02=L02 电梯停梯/L02 Lift out of use|L03=L03 电梯异响异味或门故障/L03 Lift noise, smell or door|F01=F01 消防主机故障/F01 Fire panel fault|F02=F02 消防泵故障/F02 Fire pump fault|F03=F03 喷淋消火栓漏水/F03 Sprinkler or hydrant leak|D01=D01 门禁故障/D01 Door access fault|D02=D02 监控离线/D02 Camera offline|D03=D03 道闸故障/D03 Barrier gate fault|D04=D04 对讲弱电故障/D04 Intercom or low voltage|H01=H01 供暖管爆裂/H01 Burst heating pipe|H02=H02 单户不热/H02 No heat in one home|H03=H03 空调不冷/H03 Air conditioning does not cool|C01=C01 外墙空鼓脱落/C01 Loose facade|C02=C02 高处玻璃破损/C02 Broken glass at height|C03=C03 井盖缺失/C03 Open manhole|C04=C04 道路塌陷/C04 Road collapse|C05=C05 护栏松动/C05 Loose railing|C06=C06 门窗锁具/C06 Door, window or lock|C07=C07 墙地面破损/C07 Damaged wall or floor|G01=G01 燃气异味/G01 Smell of gas|O01=O01 高空坠物隐患/O01 Danger of falling objects|O99=O99 其他小修/O99 Other small repair" lf:"filter=in"`
	Place        string       `zh:"位置" en:"Place" lf:"search"`
	Description  string       `zh:"描述" en:"Description" lf:"format=textarea,search"`
	AssigneeID   db.ID        `zh:"维修工" en:"Technician" ref:"employees" lf:"filter=in,anywhere"`
	OpenedAt     int64        `zh:"登记时间" en:"Reported" lf:"format=datetime,sort,filter=range"`
	DueAt        int64        `zh:"完工时限" en:"Finish by" lf:"format=datetime,sort,filter=range"`
	TakenAt      int64        `zh:"接单时间" en:"Taken" lf:"format=datetime,sort,hidden"`
	ArrivedAt    int64        `zh:"到场时间" en:"Arrived" lf:"format=datetime,sort,hidden"`
	FinishedAt   int64        `zh:"完工时间" en:"Finished" lf:"format=datetime,sort,filter=range"`
	ClosedAt     int64        `zh:"关闭时间" en:"Closed" lf:"format=datetime,sort,filter=range"`
	ChargeKind   string       `zh:"收费性质" en:"Charge" opts:"free=免费/Free/ok|paid=有偿/Paid/info|warranty=保修/Warranty/ok|third=第三方/Third party/warn" lf:"filter=in"`
	QuoteFee     int64        `zh:"报价" en:"Quote" lf:"format=money,sum,hidden"`
	Cost         int64        `zh:"费用" en:"Fee" lf:"format=money,sum"`
	Rating       int64        `zh:"评分" en:"Rating" lf:"sort,filter=range"`
	AutoAccepted bool         `zh:"自动验收" en:"Accepted by silence" lf:"filter=in,hidden"`
	ReworkCount  int64        `zh:"返工次数" en:"Reworked" lf:"sort,filter=range"`
	Refusals     int64        `zh:"拒单次数" en:"Refused" lf:"sort,filter=range,hidden"`
	Trade        string       `zh:"工种" en:"Trade" opts:"water=水/Water|power=电/Power|hvac=暖通/Heating and air|elv=弱电/Low voltage|civil=土建/Building|lift=电梯/Lift|fire=消防/Fire safety|gas=燃气/Gas|other=其他/Other" lf:"filter=in"`
	AreaKind     string       `zh:"区域" en:"Area" opts:"private=户内/In the home|public=公共区域/Public area|boundary=交界/Boundary" lf:"filter=in"`
	RoomID       db.ID        `zh:"房屋" en:"Room" ref:"rooms" lf:"filter=in"`
	HelperID     db.ID        `zh:"协助人" en:"Helper" ref:"employees" lf:"hidden,anywhere"`
	Cause        string       `zh:"原因" en:"Cause" opts:"wear=老化/Wear|misuse=使用不当/Misuse|install=安装缺陷/Installation defect|quality=质量/Quality|external=外力/External force|block=堵塞/Blockage" lf:"filter=in,hidden"`
	Liability    string       `zh:"责任" en:"Liability" opts:"common=公共/Common parts|private=业主/Owner|builder=建设单位/Developer|third=他人/Third party" lf:"filter=in,hidden"`
	WorkDone     string       `zh:"处理内容" en:"Work done" lf:"format=textarea,hidden"`
	LabourMin    int64        `zh:"用工分钟" en:"Minutes of labour" lf:"sum,hidden"`
	Needs        string       `zh:"需带工具材料" en:"Bring along" lf:"hidden"`
	Lines        []Line       `zh:"材料清单" en:"Materials" lf:"json,hidden"`
	LabourFee    int64        `zh:"人工费" en:"Labour fee" lf:"format=money,sum,hidden"`
	Explanation  *Explanation `zh:"费用明细" en:"How the fee was computed" lf:"json,hidden"`
	ReworkOf     db.ID        `zh:"返修自" en:"Rework of" ref:"work-orders" lf:"hidden"`
	RequestID    db.ID        `zh:"接单" en:"Request" ref:"service-requests" lf:"filter=in"`
	ChargeID     db.ID        `zh:"账单" en:"Charge" lf:"hidden"`
	CaseID       db.ID        `zh:"流程" en:"Case" lf:"filter=in,hidden"`
}

// Orders of all projects.
var Orders = register.New(register.Def[Order]{
	Name: "work-orders", Table: "work_order", Zh: "维修工单", En: "Work orders", Permission: "eng.repair", Sort: "-opened_at",
	ReadOnly: true, Self: "assignee_id",
	Views: []register.View{
		{Key: "open", Zh: "在办", En: "Open", Query: "state=accepted,dispatched,taken,on_site,quoting,working,done"},
		{Key: "dispatch", Zh: "待派单", En: "To be dispatched", Query: "state=accepted"},
		{Key: "paid", Zh: "有偿", En: "Paid", Query: "charge_kind=paid"},
		{Key: "rework", Zh: "返工", En: "Reworked", Query: "rework_count=1~99"},
	},
})
