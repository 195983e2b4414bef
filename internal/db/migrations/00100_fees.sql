-- +goose Up

CREATE TABLE fee_item (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL UNIQUE,
	name_zh TEXT NOT NULL,
	name_en TEXT NOT NULL,
	calc_type TEXT NOT NULL,
	nature TEXT NOT NULL,
	supply TEXT NOT NULL,
	receivable_account TEXT NOT NULL,
	income_account TEXT NOT NULL,
	priority BIGINT NOT NULL,
	due_days BIGINT NOT NULL,
	late_fee_allowed BIGINT NOT NULL,
	offset_by_prepay BIGINT NOT NULL,
	invoice_name TEXT NOT NULL
);

CREATE INDEX fee_item_priority ON fee_item (priority, id);

-- One charge line. owed = amount - credited - paid, kept with every change. amount, item, month and payer
-- never change once the row is there.
CREATE TABLE charge (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	no TEXT NOT NULL UNIQUE,
	room_id BIGINT NOT NULL,
	payer_id BIGINT NOT NULL,
	item_id BIGINT NOT NULL,
	month TEXT NOT NULL,
	amount BIGINT NOT NULL,
	credited BIGINT NOT NULL,
	paid BIGINT NOT NULL,
	owed BIGINT NOT NULL,
	due_on TEXT NOT NULL,
	effective_due_on TEXT NOT NULL,
	priority BIGINT NOT NULL,
	status TEXT NOT NULL,
	explanation TEXT NOT NULL,
	source_case_id BIGINT NOT NULL,
	source_key TEXT NOT NULL UNIQUE,
	voucher_id BIGINT NOT NULL,
	reverses_id BIGINT NOT NULL,
	reason TEXT NOT NULL
);
CREATE INDEX charge_room_open ON charge (room_id, effective_due_on, month, priority, id) WHERE owed > 0;
CREATE INDEX charge_no ON charge (project_id, no, id);
CREATE INDEX charge_room ON charge (room_id, month, id);
CREATE INDEX charge_project ON charge (project_id, month, id);
CREATE INDEX charge_case ON charge (source_case_id) WHERE source_case_id <> 0;

-- One payment, or (reverses_id) the negative of one. Amounts are signed: a reversal is negative.
CREATE TABLE receipt (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	no TEXT NOT NULL UNIQUE,
	room_id BIGINT NOT NULL,
	room TEXT NOT NULL,
	payer TEXT NOT NULL,
	amount BIGINT NOT NULL,
	tendered BIGINT NOT NULL,
	returned BIGINT NOT NULL,
	method TEXT NOT NULL,
	taken_on TEXT NOT NULL,
	taken_at BIGINT NOT NULL,
	cashier_id BIGINT NOT NULL,
	cashier TEXT NOT NULL,
	status TEXT NOT NULL,
	command TEXT NOT NULL UNIQUE,
	request TEXT NOT NULL,
	voucher_id BIGINT NOT NULL,
	reverses_id BIGINT NOT NULL,
	reversed_by_id BIGINT NOT NULL,
	reason TEXT NOT NULL,
	printed BIGINT NOT NULL
);
CREATE INDEX receipt_no ON receipt (project_id, no, id);
CREATE INDEX receipt_room ON receipt (room_id, id);
CREATE INDEX receipt_project ON receipt (project_id, taken_on, id);

-- What a receipt pays of which charge. Rows never change; a reversal adds negative ones.
CREATE TABLE allocation (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	receipt_id BIGINT NOT NULL,
	charge_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	amount BIGINT NOT NULL,
	value_on TEXT NOT NULL,
	UNIQUE (receipt_id, charge_id)
);
CREATE INDEX allocation_charge ON allocation (charge_id);
