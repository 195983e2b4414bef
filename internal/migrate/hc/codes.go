package hc

// code pairs what a workbook may say with our value.
type codes struct {
	values  map[string]string
	allowed []string // shown when a value is refused
}

func coded(allowed []string, pairs ...string) codes {
	c := codes{values: map[string]string{}, allowed: allowed}
	for i := 0; i < len(pairs); i += 2 {
		c.values[pairs[i]] = pairs[i+1]
	}
	return c
}

var (
	personTypes = coded([]string{"1001 业主", "1002 家庭成员", "1003 房屋租客", "1004 临时人员"},
		"1001", "owner", "业主", "owner", "户主", "owner", "1002", "relative", "家庭成员", "relative", "户员", "relative",
		"1003", "tenant", "房屋租客", "tenant", "租客", "tenant", "租户", "tenant", "1004", "guest", "临时人员", "guest")
	genders = coded([]string{"男", "女"}, "男", "male", "女", "female", "0", "male", "1", "female")
	usages  = coded([]string{"110 住宅", "119 宿舍", "120 办公室", "128 储物间", "商铺"},
		"110", "home", "住宅", "home", "119", "apartment", "宿舍", "apartment", "公寓", "apartment", "120", "office", "办公室", "office", "办公", "office",
		"128", "storage", "储物间", "storage", "储藏", "storage", "储藏室", "storage", "商铺", "shop", "2020602", "shop", "1010301", "home", "地下室", "basement")
	states = coded([]string{"2001 已入住", "2002 未销售", "2003 已交房", "2004 未入住", "2005 已装修", "2006 已出租", "2007 已出售", "2008 空闲", "2009 装修中"},
		"2001", "2001", "已入住", "2001", "2002", "2002", "未销售", "2002", "未售", "2002", "2003", "2003", "已交房", "2003", "2004", "2004", "未入住", "2004",
		"2005", "2005", "已装修", "2005", "2006", "2006", "已出租", "2006", "2007", "2007", "已出售", "2007", "2008", "2008", "空闲", "2008", "2009", "2009", "装修中", "2009")
	places = coded([]string{"地上停车位", "地下停车位"},
		"地上停车位", "ground", "地上", "ground", "地面停车位", "ground", "1001", "ground", "地下停车位", "underground", "地下", "underground", "2001", "underground")
	tenures = coded([]string{"H 出租", "S 出售"}, "H", "rented", "出租", "rented", "月租车", "rented", "S", "sold", "出售", "sold", "出售车", "sold")
	cars    = coded([]string{"9901 家用小汽车", "9902 客车", "9903 货车", "9904 电动车"},
		"9901", "car", "家用小汽车", "car", "小汽车", "car", "轿车", "car", "9902", "coach", "客车", "coach", "9903", "truck", "货车", "truck", "9904", "ebike", "电动车", "ebike")
	formulas = coded([]string{"1001 面积*单价+附加费", "2002 固定费用"}, "1001", "area", "面积*单价+附加费", "area", "2002", "fixed", "固定费用", "fixed")
	bills    = coded([]string{"每年1月1日", "每月1日", "每日", "实时"}, "每年1月1日", "year", "每月1日", "month", "每日", "day", "实时", "now")
	flags    = coded([]string{"周期性费用", "一次性费用"}, "周期性费用", "recurring", "2006012", "recurring", "一次性费用", "once", "1003006", "once", "间接性费用", "recurring")
)

// What that system tells people to write when something is unknown.
const (
	noPhone = "18999999999"
	forEver = "2037-01-01"
)

// nobody are names that stand for an empty cell.
var nobody = map[string]bool{"无": true, "空": true, "未知": true, "暂无": true, "无业主": true, "-": true, "--": true, "/": true, "未登记": true, "0": true, "null": true}

// roomState says what a state of that system means here, and whether it needs or forbids an owner.
type roomState struct {
	status string
	owner  int // 1 needed, -1 forbidden, 0 either
	zh     string
}

var roomStates = map[string]roomState{
	"2001": {"self", 1, "已入住"}, "2002": {"unsold", -1, "未销售"}, "2003": {"vacant", 1, "已交房"}, "2004": {"vacant", 1, "未入住"},
	"2005": {"vacant", 1, "已装修"}, "2006": {"rented", 0, "已出租"}, "2007": {"vacant", 1, "已出售"}, "2008": {"vacant", 0, "空闲"}, "2009": {"renovating", 1, "装修中"},
}
