/** The answers of the HTTP interface. Ids are strings, money is fen, instants are unix milliseconds, dates YYYY-MM-DD. */

export type Tone = "ok" | "warn" | "danger" | "info" | "idle";

export interface Me {
	account: string;
	name: string;
	kind: "staff" | "resident" | "machine";
	person_id: string;
	language: "zh" | "en" | "";
	positions: { code: string; zh: string; en: string; unit: string }[];
	projects: Project[];
	permissions: string[];
	demo: boolean;
	totp?: boolean;
	must_change?: boolean;
	rooms?: HomeRoom[];
}

export interface Project {
	id: string;
	code: string;
	name: string;
}

export interface HomeRoom {
	id: string;
	code: string;
	label: string;
	project_id: string;
	relation: string;
}

export interface DemoAccount {
	account: string;
	password: string;
	name?: string;
	position_zh: string;
	position_en: string;
	app: "console" | "staff" | "owner";
}

export interface Device {
	id: string;
	device: string;
	ip: string;
	created_at: number;
	seen_at: number;
	current: boolean;
	token?: boolean;
}

export interface Option {
	const: string | number;
	title: string;
	"x-en"?: string;
	"x-tone"?: Tone;
}

export interface UI {
	group?: string;
	width?: number;
	fixed?: boolean;
	sort?: boolean;
	hidden?: boolean;
	primary?: boolean;
	sum?: boolean;
	search?: boolean;
	filter?: "in" | "range" | "contains";
}

/** One property of a register's or a form's JSON Schema. */
export interface Property {
	type?: string | string[];
	format?: string;
	title?: string;
	description?: string;
	readOnly?: boolean;
	minimum?: number;
	maximum?: number;
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
	pattern?: string;
	default?: unknown;
	enum?: (string | number)[];
	oneOf?: Option[];
	items?: Property;
	properties?: Record<string, Property>;
	required?: string[];
	"x-en"?: string;
	"x-en-description"?: string;
	"x-unit"?: string;
	"x-en-unit"?: string;
	"x-format"?: string;
	"x-scale"?: number;
	"x-ref"?: string;
	"x-masked"?: boolean;
	/** "field=value|value", "field", or "hidden". */
	"x-show"?: string;
	/** Place among the fields, where the order of members is not kept. */
	"x-order"?: number;
	/** A person in this position. */
	"x-position"?: string;
	/** May be set when the record is made, not later. */
	"x-once"?: boolean;
	"x-ui"?: UI;
}

export interface Schema extends Property {
	properties?: Record<string, Property>;
	"x-groups"?: { key: string; title: string; "x-en"?: string }[];
}

export interface RegisterMeta {
	name: string;
	zh: string;
	en: string;
	scope?: "project" | "company";
	primary?: string;
	sort?: string;
	schema: Schema;
	can: string[];
	views?: { key: string; zh: string; en: string; query: string }[];
}

export interface RegisterEntry {
	name: string;
	zh: string;
	en: string;
	can: string[];
}

export type Row = {
	id: string;
	version: number;
	project_id?: string;
	archived_at?: number;
	[field: string]: unknown;
};

export interface Page {
	items: Row[];
	total: number;
	sums?: Record<string, number>;
}

/** One line of a record's history; values are already in words, personal data masked. */
export interface HistoryEvent {
	id: string;
	at: number;
	action: string;
	actor: string;
	ip: string;
	note?: string;
	changes: {
		field: string;
		zh: string;
		en: string;
		before: string;
		after: string;
		before_en: string;
		after_en: string;
	}[];
}

export interface ImportError {
	sheet: string;
	row: number;
	column: string;
	value: string;
	detail: string;
	detail_zh?: string;
	detail_en?: string;
	allowed?: string[];
}

export interface Import {
	id: string;
	kind: string;
	state: "checking" | "checked" | "writing" | "written" | "undoing" | "undone" | "failed";
	progress: { done: number; total: number };
	total: number;
	ok: number;
	updates: number;
	/** Rows that are there already, and rows left out. */
	same?: number;
	bad?: number;
	errors: ImportError[] | null;
	warnings?: ImportError[] | null;
	notes?: { zh: string; en: string }[] | null;
	errors_total?: number;
	counts: Record<string, number> | null;
	project_id: string;
	name?: string;
	created_at?: number;
	detail?: string;
}

export interface TaskCard {
	task_id: string;
	case_id: string;
	no: string;
	flow: string;
	flow_zh: string;
	flow_en: string;
	title: string;
	node: string;
	node_zh: string;
	node_en: string;
	state: string;
	opened_at: number;
	due_at: number;
	late: boolean;
	urges: number;
	priority: number;
	claimable: boolean;
	summary: ShownValue[];
	steps: { now: number; total: number };
	for_whom?: string;
	project_id?: string;
}

export interface TaskPage {
	items: TaskCard[];
	next: string;
	count: number;
}

export type Verb =
	| "complete"
	| "claim"
	| "release"
	| "transfer"
	| "return"
	| "hold"
	| "resume"
	| "urge"
	| "comment"
	| "cc"
	| "withdraw";

export interface Outcome {
	key: string;
	zh: string;
	en: string;
	tone?: "ok" | "warn" | "bad" | "danger" | "";
	/** Evidence (photos, signature) is not demanded. */
	free?: boolean;
}

/** A value of a case in words: value_zh/value_en when it is a choice. */
export interface ShownValue {
	field?: string;
	zh: string;
	en: string;
	value: unknown;
	value_zh?: string;
	value_en?: string;
	format?: string;
	unit?: string;
	scale?: number;
}

/** A fact of a case. */
export type CaseData = ShownValue;

export interface TaskForm {
	name?: string;
	schema: Schema;
	/** What the fields hold now. */
	values?: Record<string, unknown>;
}

export interface CaseTask {
	id: string;
	node: string;
	node_zh: string;
	node_en: string;
	who: string;
	who_en?: string;
	state?: string;
	opened_at?: number;
	due_at: number;
	late?: boolean;
	mine: boolean;
	claimable: boolean;
	for_whom?: string;
	verbs: Verb[];
	outcomes?: Outcome[] | null;
	form?: TaskForm | null;
	/** Forms of outcomes that have their own. */
	forms?: Record<string, TaskForm> | null;
	/** {"photo": {"before": 1}, "sign": true} */
	need?: { photo?: Record<string, number>; sign?: boolean } | null;
	returns?: { node: string; zh: string; en: string }[] | null;
}

export interface FileRef {
	id: string;
	name: string;
	mime: string;
	size: number;
	sha256?: string;
	field?: string;
}

export interface TimelineEntry {
	at: number;
	kind: string;
	kind_zh: string;
	kind_en: string;
	node_zh: string;
	node_en: string;
	actor: string;
	for_whom?: string;
	comment?: string;
	outcome?: Outcome | null;
	data?: ShownValue[] | null;
	files?: FileRef[];
	due_at?: number;
	state: "past" | "now" | "next";
}

export interface Case {
	id: string;
	no: string;
	flow: string;
	flow_zh: string;
	flow_en: string;
	title: string;
	state: string;
	subject: string;
	project_id: string;
	starter: string;
	started_at: number;
	ended_at: number;
	data: ShownValue[];
	tasks: CaseTask[];
	timeline: TimelineEntry[];
	diagram: string;
	parent_id?: string;
	steps: { now: number; total: number };
	links: { register: string; id: string; label: string }[];
	files: FileRef[];
	verbs?: Verb[];
}

export interface StartableFlow {
	flow: string;
	zh: string;
	en: string;
	form: string | null;
}

export interface Person {
	id: string;
	name: string;
	position_zh: string;
	position_en?: string;
	open_tasks: number;
}

export interface Charge {
	id: string;
	no: string;
	item_zh: string;
	item_en: string;
	period: string;
	amount: number;
	paid: number;
	owed: number;
	due_on: string;
	overdue?: boolean;
	status: string;
	explanation?: { zh: string; en: string; steps?: { zh: string; en: string; value: string }[] };
	source_case?: string;
}

export interface Household {
	room_id: string;
	code?: string;
	room: string;
	owner_id?: string;
	status?: string;
	owner: string;
	phone: string;
	plates: string[] | null;
	owed?: number;
	project_id?: string;
}

export interface RoomAccount {
	room: string;
	owner: string;
	phone?: string;
	charges: Charge[];
	prepaid: number;
	owed: number;
}

export type PayMethod = "cash" | "wechat" | "alipay" | "card" | "transfer";

export interface Receipt {
	id: string;
	no: string;
	at: number;
	amount: number;
	amount_capitals: string;
	tendered: number;
	change: number;
	method: PayMethod;
	room?: string;
	payer?: string;
	lines: { charge_id: string; item_zh?: string; item_en?: string; period?: string; amount: number }[];
	cashier: string;
}

export interface DeskSummary {
	todo: number;
	overdue: number;
	open_cases: number;
	today_received: number;
	owed_total: number;
	trend: { date: string; opened: number; closed: number }[];
}

export interface HomeCase {
	id: string;
	no: string;
	title: string;
	step: string;
	steps: { now: number; total: number };
	next: string;
	next_at: number;
	state: string;
}

export interface Home {
	rooms: HomeRoom[];
	owed: number;
	charges_count: number;
	due_on: string;
	cases: HomeCase[];
	notices: { id: string; title: string; at: number; body?: string }[];
}

export interface Message {
	id: string;
	title: string;
	title_en: string;
	body: string;
	body_en: string;
	link: string;
	urgent: boolean;
	created_at: number;
	/** 0 while not read. */
	read_at: number;
}
