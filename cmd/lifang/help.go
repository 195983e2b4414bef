package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v3"
)

// catalogue holds the texts of the command line, Chinese first.
var catalogue = map[string][2]string{
	"about":                {"里坊：物业公司的运行系统", "Lifang: the operating system of a property-service company"},
	"see_help":             {"用 lifang --help 查看用法", "See lifang --help"},
	"help_dir":             {"数据文件夹（数据库和文件）", "Data folder (database and files)"},
	"help_db":              {"改用 PostgreSQL，如 postgres://user@host/lifang；不填则用数据文件夹里的 SQLite", "Use PostgreSQL, such as postgres://user@host/lifang; without it SQLite in the data folder"},
	"help_lang":            {"命令行语言：zh 或 en；不填则看 LANG", "Language of the command line: zh or en; without it as LANG says"},
	"help_config":          {"配置文件（YAML 或 JSON），内容即各选项", "Configuration file (YAML or JSON) with these options"},
	"help_log":             {"日志级别：debug、info、warn、error", "Log level: debug, info, warn or error"},
	"help_log_json":        {"日志用 JSON 格式", "Write the log as JSON"},
	"help_serve":           {"启动服务", "Serve the applications"},
	"help_addr":            {"监听地址", "Address to listen on"},
	"help_demo_mode":       {"演示模式：登录页显示演示账号，验证码显示在屏幕上", "Demo mode: show demo accounts and one-time codes on screen"},
	"help_rate":            {"每个用户每秒最多请求数，0 不限", "Requests a second of one caller, 0 for no limit"},
	"help_proxy":           {"可信的反向代理网段，如 10.0.0.0/8", "Networks of trusted reverse proxies, such as 10.0.0.0/8"},
	"help_demo":            {"建立演示公司", "Create the demo company"},
	"help_rooms":           {"房屋套数", "Number of rooms"},
	"help_seed":            {"随机种子，相同种子得到相同数据", "Random seed; the same seed gives the same data"},
	"help_import":          {"导入数据", "Import data"},
	"help_import_hc":       {"导入旧系统的房产工作簿（hc.xlsx 一类）", "Import a workbook of the former system (such as hc.xlsx)"},
	"help_import_register": {"导入填好的台账模板", "Import the filled-in template of a register"},
	"help_file":            {"文件", "File"},
	"help_project":         {"项目编码", "Project code"},
	"help_dry_run":         {"只检查，不写入", "Check only, write nothing"},
	"help_json":            {"以 JSON 输出结果", "Print the result as JSON"},
	"help_export":          {"导出一个台账", "Export a register"},
	"help_register":        {"台账名，如 rooms", "Name of the register, such as rooms"},
	"help_output":          {"输出文件", "Output file"},
	"help_query":           {"筛选条件，与页面地址相同，如 \"use=home&sort=-area\"", "Filter as in the page's address, such as \"use=home&sort=-area\""},
	"help_verify":          {"重新计算并核对：流程、账目、审计链、文件", "Recompute and compare: flows, ledger, audit chain, files"},
	"help_flow":            {"流程定义的检查与绘图", "Check and draw flow definitions"},
	"help_flow_check":      {"检查一个流程文件，列出每一处问题和行号", "Check a flow file and list every fault with its line"},
	"help_flow_roundtrip":  {"读入再写出一个 BPMN 文件，有任何丢失即失败", "Read and write a BPMN file; fail if anything is lost"},
	"help_flow_export":     {"输出流程的交换格式（含连线引用和图形坐标）", "Print the exchange form of a flow, with its diagram"},
	"help_flow_or_file":    {"流程标识或文件", "Key of a flow, or a file"},
	"help_flow_simulate":   {"在内存中试运行一个 BPMN 文件，逐行列出经过的节点", "Run a BPMN file in memory and list the visited nodes"},
	"help_flow_var":        {"初始变量，可重复", "Variable at the start; may be repeated"},
	"help_flow_decide":     {"某任务的处理结果，可重复", "Outcome of a user task; may be repeated"},
	"help_flow_json":       {"输出 JSON", "Print JSON"},
	"help_flow_list":       {"列出全部流程", "List the flows"},
	"help_flow_svg":        {"输出流程图（SVG）", "Print the diagram of a flow (SVG)"},
	"help_flow_key":        {"流程标识", "Key of the flow"},
	"help_user":            {"账号管理", "Accounts"},
	"help_user_add":        {"新建账号", "Add an account"},
	"help_user_reset":      {"重置密码，并停用动态验证码", "Reset the password and switch off the second factor"},
	"help_user_token":      {"为接口账号签发令牌", "Issue a bearer token for a machine account"},
	"help_account":         {"账号", "Account"},
	"help_name":            {"姓名", "Name"},
	"help_kind":            {"staff 员工，machine 接口", "staff or machine"},
	"help_employee":        {"关联的员工工号", "Number of the employee it belongs to"},
	"help_password":        {"密码；不填则随机生成并显示一次", "Password; without it a random one is made and shown once"},
	"help_days":            {"有效天数", "Days of validity"},
	"help_backup":          {"备份数据库和文件到一个文件，服务运行时也可以", "Back up database and files into one file, also while serving"},
	"help_restore":         {"从备份恢复到空文件夹，并自行核对", "Restore a backup into an empty folder and verify it"},
	"help_bench":           {"在本机测量性能", "Measure performance on this machine"},
	"help_seconds":         {"每项测量的秒数", "Seconds for each measurement"},
	"help_version":         {"显示版本", "Show the version"},
	"help_api":             {"接口文档与类型", "API document and types"},
	"help_api_types":       {"由接口文档生成 TypeScript 类型", "Print TypeScript types made from the API document"},
	"help_api_doc":         {"输出 OpenAPI 文档", "Print the OpenAPI document"},
}

func text(lang, key string) string {
	if lang == "en" {
		return catalogue[key][1]
	}
	return catalogue[key][0]
}

// texts hands the catalogue to the help of the commands.
func texts(lang string) kong.Vars {
	vars := kong.Vars{}
	for key := range catalogue {
		vars[key] = text(lang, key)
	}
	return vars
}

// language is told before anything is parsed, because the help needs it:
// --lang, LIFANG_LANG, then the system's LC_ALL and LANG. Chinese is the default.
func language(args []string, env func(string) string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return shortLanguage(value)
		}
		if arg == "--lang" && i+1 < len(args) {
			return shortLanguage(args[i+1])
		}
	}
	for _, name := range []string{"LIFANG_LANG", "LC_ALL", "LANG"} {
		if value := env(name); value != "" {
			return shortLanguage(value)
		}
	}
	return "zh"
}

func shortLanguage(value string) string {
	if strings.HasPrefix(strings.ToLower(value), "en") {
		return "en"
	}
	return "zh"
}

// translated puts the few words that the command-line library writes itself
// into Chinese.
func translated(w io.Writer, lang string) io.Writer {
	if lang == "en" {
		return w
	}
	return translator{w}
}

type translator struct{ to io.Writer }

var helpWords = strings.NewReplacer(
	"Usage: ", "用法：", "Arguments:", "参数：", "Commands:", "命令：", "Flags:", "选项：",
	"Show context-sensitive help.", "显示帮助",
	"Run \"", "用 \"", "--help\" for more information on a command.", "--help\" 查看某个命令的用法",
	"[flags]", "[选项]", "<command>", "<命令>",
)

func (t translator) Write(p []byte) (int, error) {
	if _, err := helpWords.WriteString(t.to, string(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// readConfig reads options from YAML or JSON, which is YAML too.
func readConfig(r io.Reader) (kong.Resolver, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(data, &values); err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	asJSON, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return kong.JSON(bytes.NewReader(asJSON))
}
