package hc

import (
	"strings"

	"github.com/lifang/lifang/internal/problem"
	"github.com/lifang/lifang/internal/sheet"
)

// form is one of the layouts a sheet can have.
type form int

const (
	buildingsForm form = iota
	ownersForm
	feesForm
	roomsForm
	flatForm
	spacesForm
)

func col(key string, required bool, titles ...string) sheet.Column {
	return sheet.Column{Key: key, Titles: titles, Required: required}
}

// forms: the titles under which each column is known in the editions of the workbooks and in the system's exports.
var forms = map[form][]sheet.Column{
	buildingsForm: {
		col("building", true, "楼栋号", "楼栋编号", "楼号", "楼栋"), col("unit", true, "单元编号", "单元号", "单元"),
		col("floors", true, "总层数", "楼层数", "总楼层"), col("lift", false, "是否有电梯", "电梯"),
	},
	ownersForm: {
		col("no", false, "编号", "序号"), col("name", true, "业主名称", "业主姓名", "姓名"), col("gender", false, "性别"), col("age", false, "年龄"),
		col("phone", true, "手机号", "手机号码", "联系电话", "电话"), col("id", false, "身份证号", "身份证", "证件号"),
		col("type", false, "业主类型", "人员类型"), col("owner", true, "业主编号"),
	},
	feesForm: {
		col("no", true, "费用编号"), col("type", false, "费用类型"), col("name", true, "收费项目", "费用名称"), col("flag", false, "费用标识"),
		col("paid", false, "付费类型"), col("cycle", false, "缴费周期"), col("bill", false, "出账类型"), col("from", false, "计费起始时间"),
		col("to", false, "计费结束时间"), col("formula", true, "计算公式"), col("price", false, "计费单价"), col("fixed", false, "固定费用", "附加费用"),
	},
	roomsForm: {
		col("room", true, "房屋编号", "房屋编码", "房间号", "房号"), col("building", true, "楼栋编号", "楼栋号", "楼号"), col("unit", true, "单元编号", "单元号", "单元"),
		col("floor", false, "房屋楼层", "楼层"), col("layout", false, "房屋户型", "户型"), col("area", true, "建筑面积", "面积"), col("owner", false, "业主编号"),
		col("fees", false, "房屋费用"), col("feesfrom", false, "费用开始时间"), col("usage", false, "房屋类型", "类型"), col("inner", false, "室内面积", "套内面积"),
		col("rent", false, "租金"), col("state", false, "房屋状态"),
	},
	flatForm: {
		col("building", true, "楼号", "楼栋号", "楼栋编号"), col("unit", true, "单元", "单元编号", "单元号"), col("room", true, "房间", "房间号", "房屋编号", "房号"),
		col("floor", false, "楼层", "房屋楼层"), col("floors", false, "总层数"), col("lift", false, "是否有电梯"), col("usage", false, "房屋类型"),
		col("layout", false, "房屋户型", "户型"), col("area", true, "建筑面积"), col("inner", false, "室内面积", "套内面积"), col("rent", false, "租金"),
		col("state", false, "房屋状态"), col("name", true, "业主名称", "业主姓名", "姓名"), col("gender", false, "性别"), col("phone", true, "手机号", "手机号码", "联系电话"),
		col("id", false, "身份证号", "身份证"), col("type", false, "业主类型", "人员类型"),
	},
	spacesForm: {
		col("lot", false, "停车场编号", "停车场"), col("space", true, "车位编码", "车位编号", "车位"), col("place", false, "停车场类型", "车位类型"),
		col("area", false, "面积"), col("owner", false, "业主编号"), col("plate", true, "车牌号"), col("brand", false, "车品牌", "车辆品牌"),
		col("cartype", false, "车类型", "车辆类型"), col("colour", false, "颜色"), col("tenure", false, "出租还是出售", "出售还是出租"),
		col("from", false, "开始时间", "起租时间"), col("to", false, "结束时间", "截止时间"),
	},
}

// hints are words in a sheet's name that say what it is meant to be, so that a missing column can be named.
var hints = []struct {
	word string
	form form
}{{"楼栋", buildingsForm}, {"业主", ownersForm}, {"费用", feesForm}, {"房屋", roomsForm}, {"资产", flatForm}, {"车位", spacesForm}}

// foreign are titles of the system's other workbooks.
var foreign = map[string]string{"物品名称": "物品库存(importResourceStore.xlsx)", "水电表": "智能水电表(meterMachine.xlsx)", "表号": "智能水电表(meterMachine.xlsx)", "设备编码": "智能水电表(meterMachine.xlsx)"}

// recognise finds the form of every sheet. Sheets that hold nothing known are left out; a sheet whose name promises
// data but lacks a column is an error that names it.
func recognise(book *sheet.Book) (map[form]*sheet.Table, error) {
	found := map[form]*sheet.Table{}
	for _, name := range book.Sheets() {
		best, bestForm, most := (*sheet.Table)(nil), form(0), 0
		for f := range forms {
			t, err := book.Find(name, forms[f])
			if _, isProblem := problem.As(err); err != nil && (!isProblem || !lacksColumns(err)) {
				return nil, err
			}
			if err != nil {
				continue
			}
			n := 0
			for _, c := range forms[f] {
				if t.Has(c.Key) {
					n++
				}
			}
			if n > most || n == most && f > bestForm {
				best, bestForm, most = t, f, n
			}
		}
		switch {
		case best != nil && found[bestForm] != nil:
			return nil, problem.New(422, "sheet_twice", "工作表“"+found[bestForm].Sheet+"”和“"+name+"”内容相同，请只保留一张。",
				"The sheets “"+found[bestForm].Sheet+"” and “"+name+"” hold the same kind of data; keep one of them.")
		case best != nil:
			found[bestForm] = best
		default:
			for _, h := range hints {
				if strings.Contains(name, h.word) {
					_, err := book.Find(name, forms[h.form])
					return nil, err
				}
			}
		}
	}
	if found[roomsForm] == nil && found[flatForm] == nil && found[ownersForm] == nil && found[buildingsForm] == nil && found[spacesForm] == nil {
		return nil, unknown(book)
	}
	return found, nil
}

func lacksColumns(err error) bool {
	p, ok := problem.As(err)
	return ok && p.Code == "sheet_columns"
}

func unknown(book *sheet.Book) error {
	for _, name := range book.Sheets() {
		for title, what := range foreign {
			if t, err := book.Find(name, []sheet.Column{col("x", true, title)}); err == nil && t.Has("x") {
				return problem.New(422, "workbook_out_of_scope", "这是"+what+"，不属于房屋和业主资料，这里不导入。",
					"This workbook holds stock or meter machines, not rooms and owners; it is not imported here.")
			}
		}
	}
	return problem.New(422, "workbook_unknown", "没有找到可识别的工作表，请使用 hc.xlsx 或 importRoom.xlsx 的表头。",
		"No known sheet was found; use the titles of hc.xlsx or importRoom.xlsx.")
}
