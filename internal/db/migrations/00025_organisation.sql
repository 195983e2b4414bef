-- +goose Up

-- The tree company → region → project → department → team. project_id links a unit
-- of a project (and everything below it) to the estate's project; region_id is the
-- region unit above, 0 for none.
CREATE TABLE org_unit (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	kind TEXT NOT NULL,
	parent_id BIGINT NOT NULL,
	department TEXT NOT NULL,
	head_position TEXT NOT NULL,
	cost_centre TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	region_id BIGINT NOT NULL
);
CREATE UNIQUE INDEX org_unit_code ON org_unit (project_id, code) WHERE archived_at = 0;
CREATE UNIQUE INDEX org_unit_project ON org_unit (project_id) WHERE kind = 'project' AND archived_at = 0;
CREATE INDEX org_unit_parent ON org_unit (parent_id);

CREATE TABLE position (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	department TEXT NOT NULL,
	rank TEXT NOT NULL,
	reports_to TEXT NOT NULL,
	stand_in TEXT NOT NULL,
	source TEXT NOT NULL,
	duties TEXT NOT NULL,
	certificates TEXT NOT NULL,
	holds TEXT NOT NULL,
	permissions TEXT NOT NULL
);
CREATE UNIQUE INDEX position_code ON position (code);

CREATE TABLE employee (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	no TEXT NOT NULL,
	name TEXT NOT NULL,
	mobile TEXT NOT NULL,
	mail TEXT NOT NULL,
	unit_id BIGINT NOT NULL,
	id_no TEXT NOT NULL,
	hired_on TEXT NOT NULL,
	left_on TEXT NOT NULL,
	state TEXT NOT NULL
);
CREATE UNIQUE INDEX employee_no ON employee (no);
CREATE INDEX employee_unit ON employee (unit_id);

CREATE TABLE appointment (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	employee_id BIGINT NOT NULL,
	position_id BIGINT NOT NULL,
	unit_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	from_on TEXT NOT NULL,
	to_on TEXT NOT NULL,
	basis TEXT NOT NULL
);
CREATE INDEX appointment_employee ON appointment (employee_id) WHERE archived_at = 0;
CREATE INDEX appointment_position ON appointment (position_id, unit_id) WHERE archived_at = 0;

CREATE TABLE deputy (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	principal_id BIGINT NOT NULL,
	deputy_id BIGINT NOT NULL,
	reason TEXT NOT NULL,
	flows TEXT NOT NULL,
	from_on TEXT NOT NULL,
	to_on TEXT NOT NULL,
	basis TEXT NOT NULL
);
CREATE INDEX deputy_deputy ON deputy (deputy_id, to_on) WHERE archived_at = 0;
CREATE INDEX deputy_principal ON deputy (principal_id, to_on) WHERE archived_at = 0;
