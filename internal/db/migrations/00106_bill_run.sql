-- +goose Up

-- One run over a project and month: prepared, approved, posted, or cancelled on the way. version rises with
-- every change of state.
CREATE TABLE bill_run (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	month TEXT NOT NULL,
	due_on TEXT NOT NULL,
	status TEXT NOT NULL,
	lines BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	held BIGINT NOT NULL,
	posted BIGINT NOT NULL,
	preparer_id BIGINT NOT NULL,
	approver_id BIGINT NOT NULL
);
CREATE INDEX bill_run_project ON bill_run (project_id, month, id);
CREATE UNIQUE INDEX bill_run_open ON bill_run (project_id, month) WHERE status IN ('prepared', 'approved');

-- The lines of a run as they will be posted. A line of one price, area and payer keeps these and explains
-- itself when it is posted; any other brings its explanation.
CREATE TABLE bill_line (
	run_id BIGINT NOT NULL,
	binding_id BIGINT NOT NULL,
	payer_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	building_id BIGINT NOT NULL,
	item_id BIGINT NOT NULL,
	amount BIGINT NOT NULL,
	quantity BIGINT NOT NULL,
	price BIGINT NOT NULL,
	price_from TEXT NOT NULL,
	explanation TEXT NOT NULL,
	charge_id BIGINT NOT NULL,
	PRIMARY KEY (run_id, binding_id, payer_id)
);

-- What keeps a binding from being charged in this run, to be cured where it comes from.
CREATE TABLE bill_held (
	run_id BIGINT NOT NULL,
	binding_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	item_id BIGINT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (run_id, binding_id)
);
