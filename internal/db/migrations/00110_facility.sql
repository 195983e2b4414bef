-- +goose Up

-- What residents ask for and the repairs that follow (package facility). Rows are written by flow actions only, in the
-- transaction of the step. Instants are unix ms, 0 for not yet; money is fen; ratings 1–5, 0 for none.
CREATE TABLE service_request (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	no TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL,
	kind TEXT NOT NULL,
	category TEXT NOT NULL,
	fault_code TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	place TEXT NOT NULL,
	description TEXT NOT NULL,
	priority TEXT NOT NULL,
	charge_kind TEXT NOT NULL,
	area_kind TEXT NOT NULL,
	channel TEXT NOT NULL,
	relation TEXT NOT NULL,
	requester_id BIGINT NOT NULL,
	requester_name TEXT NOT NULL,
	phone TEXT NOT NULL,
	danger BIGINT NOT NULL,
	spreading BIGINT NOT NULL,
	vulnerable BIGINT NOT NULL,
	entry_ok BIGINT NOT NULL,
	slot_from BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	closed_at BIGINT NOT NULL,
	starter_id BIGINT NOT NULL,
	handler_id BIGINT NOT NULL,
	cost BIGINT NOT NULL,
	rating BIGINT NOT NULL,
	satisfaction BIGINT NOT NULL,
	reopen_count BIGINT NOT NULL,
	duplicate_of BIGINT NOT NULL,
	close_code TEXT NOT NULL,
	answer TEXT NOT NULL,
	case_id BIGINT NOT NULL
);
CREATE INDEX service_request_project ON service_request (project_id, opened_at DESC, id DESC);
CREATE INDEX service_request_open ON service_request (project_id, state) WHERE closed_at = 0;
CREATE INDEX service_request_room ON service_request (room_id, category, opened_at DESC) WHERE room_id <> 0;
CREATE INDEX service_request_requester ON service_request (requester_id, opened_at DESC) WHERE requester_id <> 0;
CREATE INDEX service_request_starter ON service_request (starter_id, opened_at DESC);
CREATE INDEX service_request_case ON service_request (case_id);
CREATE INDEX service_request_closed ON service_request (project_id, closed_at) WHERE closed_at <> 0;

CREATE TABLE work_order (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	no TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL,
	fault_code TEXT NOT NULL,
	trade TEXT NOT NULL,
	priority TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	place TEXT NOT NULL,
	description TEXT NOT NULL,
	charge_kind TEXT NOT NULL,
	area_kind TEXT NOT NULL,
	assignee_id BIGINT NOT NULL,
	helper_id BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	taken_at BIGINT NOT NULL,
	arrived_at BIGINT NOT NULL,
	finished_at BIGINT NOT NULL,
	closed_at BIGINT NOT NULL,
	cause TEXT NOT NULL,
	liability TEXT NOT NULL,
	work_done TEXT NOT NULL,
	labour_min BIGINT NOT NULL,
	needs TEXT NOT NULL,
	lines TEXT NOT NULL,
	labour_fee BIGINT NOT NULL,
	quote_fee BIGINT NOT NULL,
	cost BIGINT NOT NULL,
	explanation TEXT NOT NULL,
	rating BIGINT NOT NULL,
	auto_accepted BIGINT NOT NULL,
	refusals BIGINT NOT NULL,
	rework_count BIGINT NOT NULL,
	rework_of BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	charge_id BIGINT NOT NULL,
	case_id BIGINT NOT NULL
);
CREATE INDEX work_order_project ON work_order (project_id, opened_at DESC, id DESC);
CREATE INDEX work_order_open ON work_order (assignee_id, project_id) WHERE closed_at = 0;
CREATE INDEX work_order_room ON work_order (room_id, fault_code, closed_at) WHERE room_id <> 0;
CREATE INDEX work_order_request ON work_order (request_id) WHERE request_id <> 0;
CREATE INDEX work_order_case ON work_order (case_id);
