-- +goose Up

-- One row: the account set of the company. taxpayer: general or small.
CREATE TABLE ledger_book (
	id BIGINT PRIMARY KEY,
	standard TEXT NOT NULL,
	taxpayer TEXT NOT NULL
);

CREATE TABLE ledger_account (
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
	parent TEXT NOT NULL,
	category TEXT NOT NULL,
	side TEXT NOT NULL,
	leaf BIGINT NOT NULL,
	dimensions TEXT NOT NULL,
	statement_line TEXT NOT NULL,
	cash_kind TEXT NOT NULL,
	taxpayer TEXT NOT NULL,
	enabled BIGINT NOT NULL
);

-- An accounting month (yyyymm). last_no is the number of its newest voucher: taking the next number and
-- making sure that the month is open are one statement. state: open or closed.
CREATE TABLE ledger_period (
	period BIGINT PRIMARY KEY,
	state TEXT NOT NULL,
	last_no BIGINT NOT NULL,
	closed_at BIGINT NOT NULL,
	closed_by BIGINT NOT NULL
);

-- What a month came to when it was closed; verify compares it with the entries for ever after.
CREATE TABLE ledger_close (
	period BIGINT NOT NULL,
	account TEXT NOT NULL,
	debit BIGINT NOT NULL,
	credit BIGINT NOT NULL,
	PRIMARY KEY (period, account)
);

CREATE TABLE voucher (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	number TEXT NOT NULL UNIQUE,
	period BIGINT NOT NULL,
	serial BIGINT NOT NULL,
	date TEXT NOT NULL,
	summary TEXT NOT NULL,
	rule TEXT NOT NULL,
	amount BIGINT NOT NULL,
	source_kind TEXT NOT NULL,
	source_id BIGINT NOT NULL,
	source_key TEXT NOT NULL,
	reverses_id BIGINT NOT NULL,
	reversed_by_id BIGINT NOT NULL,
	maker_id BIGINT NOT NULL,
	maker TEXT NOT NULL,
	UNIQUE (period, serial)
);
CREATE UNIQUE INDEX voucher_source_key ON voucher (source_key) WHERE source_key <> '';
CREATE INDEX voucher_source ON voucher (source_kind, source_id);
CREATE INDEX voucher_project ON voucher (project_id, date, id);

CREATE TABLE ledger_entry (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	voucher_id BIGINT NOT NULL,
	line BIGINT NOT NULL,
	period BIGINT NOT NULL,
	date TEXT NOT NULL,
	account TEXT NOT NULL,
	summary TEXT NOT NULL,
	debit BIGINT NOT NULL,
	credit BIGINT NOT NULL,
	red BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	fee_item_id BIGINT NOT NULL,
	employee_id BIGINT NOT NULL,
	vendor_id BIGINT NOT NULL,
	dimensions TEXT NOT NULL,
	cash_flow TEXT NOT NULL,
	UNIQUE (voucher_id, line)
);
CREATE INDEX ledger_entry_account ON ledger_entry (account, period, debit, credit);
CREATE INDEX ledger_entry_room ON ledger_entry (room_id, account) WHERE room_id <> 0;
CREATE INDEX ledger_entry_project ON ledger_entry (project_id, date, id);
