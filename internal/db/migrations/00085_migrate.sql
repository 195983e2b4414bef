-- +goose Up

-- One row per import. faults, headers, counts and notes are JSON; done and total count rows of the
-- file; written are the rows that a write cut short need not repeat.
CREATE TABLE import_batch (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	file_id BIGINT NOT NULL,
	state TEXT NOT NULL,
	done BIGINT NOT NULL,
	total BIGINT NOT NULL,
	written BIGINT NOT NULL,
	ok BIGINT NOT NULL,
	updates BIGINT NOT NULL,
	same BIGINT NOT NULL,
	bad BIGINT NOT NULL,
	more BIGINT NOT NULL,
	faults TEXT NOT NULL,
	headers TEXT NOT NULL,
	counts TEXT NOT NULL,
	notes TEXT NOT NULL,
	failed_zh TEXT NOT NULL,
	failed_en TEXT NOT NULL,
	account_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	actor TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE INDEX import_batch_project ON import_batch (project_id, id);
CREATE INDEX import_batch_account ON import_batch (account_id, id);
