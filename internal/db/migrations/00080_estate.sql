-- +goose Up

-- What the company looks after and for whom (package estate). Areas in 0.01 m², money in fen, shares in millionths,
-- readings in 0.001 units. '' is an open end or an unknown date.
CREATE TABLE project (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	region TEXT NOT NULL,
	type TEXT NOT NULL,
	service_stage TEXT NOT NULL,
	contract_no TEXT NOT NULL,
	address TEXT NOT NULL,
	duty_phone TEXT NOT NULL,
	developer TEXT NOT NULL,
	rules TEXT NOT NULL
);
CREATE TABLE building (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	phase TEXT NOT NULL,
	floors_up BIGINT NOT NULL,
	floors_down BIGINT NOT NULL,
	structure TEXT NOT NULL,
	completed_on TEXT NOT NULL,
	handover_on TEXT NOT NULL,
	elevator_count BIGINT NOT NULL,
	is_apartment BIGINT NOT NULL
);
CREATE TABLE unit (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	building_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	floors BIGINT NOT NULL,
	elevator_count BIGINT NOT NULL,
	entrance TEXT NOT NULL
);
CREATE TABLE room (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	label TEXT NOT NULL,
	building_id BIGINT NOT NULL,
	unit_id BIGINT NOT NULL,
	room_no TEXT NOT NULL,
	floor BIGINT NOT NULL,
	usage TEXT NOT NULL,
	layout TEXT NOT NULL,
	orientation TEXT NOT NULL,
	status TEXT NOT NULL,
	delivered_on TEXT NOT NULL,
	build_area BIGINT NOT NULL,
	inner_area BIGINT NOT NULL,
	usable_area BIGINT NOT NULL,
	heat_area BIGINT NOT NULL,
	area_source TEXT NOT NULL,
	storey_height BIGINT NOT NULL,
	heat_type TEXT NOT NULL,
	rent BIGINT NOT NULL,
	note TEXT NOT NULL
);
CREATE TABLE room_area (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	build_area BIGINT NOT NULL,
	inner_area BIGINT NOT NULL,
	usable_area BIGINT NOT NULL,
	heat_area BIGINT NOT NULL,
	area_source TEXT NOT NULL,
	reason TEXT NOT NULL,
	proof TEXT NOT NULL
);
CREATE TABLE customer (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	kind TEXT NOT NULL,
	phone TEXT NOT NULL,
	phone_state TEXT NOT NULL,
	phone_shared BIGINT NOT NULL,
	contacts TEXT NOT NULL,
	gender TEXT NOT NULL,
	id_type TEXT NOT NULL,
	id_no TEXT NOT NULL,
	id_unverified TEXT NOT NULL,
	address TEXT NOT NULL,
	invoice_titles TEXT NOT NULL,
	tags TEXT NOT NULL,
	source_code TEXT NOT NULL,
	merged_into BIGINT NOT NULL
);
CREATE TABLE consent (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	given_on TEXT NOT NULL,
	withdrawn_on TEXT NOT NULL,
	proof TEXT NOT NULL
);
CREATE TABLE ownership (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	share BIGINT NOT NULL,
	is_main BIGINT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	cert_no TEXT NOT NULL,
	proof TEXT NOT NULL
);
CREATE TABLE occupancy (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	relation TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	under_14 BIGINT NOT NULL,
	guardian_consent BIGINT NOT NULL
);
CREATE TABLE household (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	head_id BIGINT NOT NULL,
	persons BIGINT NOT NULL,
	since TEXT NOT NULL,
	proof TEXT NOT NULL
);
CREATE TABLE lease_registration (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	tenant_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	ended_on TEXT NOT NULL,
	owner_consent BIGINT NOT NULL,
	max_persons BIGINT NOT NULL,
	deposit BIGINT NOT NULL,
	contract_file TEXT NOT NULL,
	payer_property TEXT NOT NULL,
	payer_water TEXT NOT NULL,
	payer_power TEXT NOT NULL,
	payer_heating TEXT NOT NULL,
	payer_parking TEXT NOT NULL
);
CREATE TABLE parking_space (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	lot TEXT NOT NULL,
	place TEXT NOT NULL,
	type TEXT NOT NULL,
	owner_right TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	area BIGINT NOT NULL,
	has_charger BIGINT NOT NULL,
	status TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL
);
CREATE TABLE vehicle (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	plate TEXT NOT NULL,
	type TEXT NOT NULL,
	owner_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	space_id BIGINT NOT NULL,
	brand TEXT NOT NULL,
	colour TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	photo TEXT NOT NULL
);
CREATE TABLE room_key (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	key_no TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	qty BIGINT NOT NULL,
	holder TEXT NOT NULL,
	sealed BIGINT NOT NULL
);
CREATE TABLE credential (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	cred_no TEXT NOT NULL,
	kind TEXT NOT NULL,
	person_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	areas TEXT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	status TEXT NOT NULL
);
CREATE TABLE meter (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	meter_no TEXT NOT NULL,
	kind TEXT NOT NULL,
	scope TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	parent_id BIGINT NOT NULL,
	ratio BIGINT NOT NULL,
	digits BIGINT NOT NULL,
	precision BIGINT NOT NULL,
	init_reading BIGINT,
	seal_no TEXT NOT NULL,
	installed_on TEXT NOT NULL,
	verify_due TEXT NOT NULL,
	last_reading BIGINT NOT NULL,
	last_read_on TEXT NOT NULL
);
CREATE TABLE estate_finding (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	title TEXT NOT NULL,
	subject TEXT NOT NULL,
	subject_id BIGINT NOT NULL,
	room_id BIGINT NOT NULL,
	measure BIGINT NOT NULL,
	first_seen_on TEXT NOT NULL,
	last_seen_on TEXT NOT NULL,
	solved_on TEXT NOT NULL,
	state TEXT NOT NULL
);

CREATE UNIQUE INDEX project_code ON project (code) WHERE archived_at = 0;
CREATE UNIQUE INDEX building_code ON building (project_id, code) WHERE archived_at = 0;
CREATE INDEX building_batch ON building (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX unit_code ON unit (building_id, code) WHERE archived_at = 0;
CREATE INDEX unit_batch ON unit (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX room_code ON room (project_id, code) WHERE archived_at = 0;
CREATE INDEX room_code_any ON room (code, project_id) WHERE archived_at = 0;
CREATE INDEX room_no ON room (room_no, project_id) WHERE archived_at = 0;
-- The list of a project in its usual order, with what is summed over all matches: counting and adding never touch the rows.
CREATE INDEX room_list ON room (project_id, unit_id, floor, code, id, build_area, inner_area, heat_area) WHERE archived_at = 0;
CREATE INDEX room_unit ON room (unit_id);
CREATE INDEX room_building ON room (building_id);
CREATE INDEX room_area_sort ON room (project_id, build_area);
CREATE INDEX room_batch ON room (batch_id) WHERE batch_id <> 0;
CREATE INDEX room_area_day ON room_area (room_id, valid_from);
CREATE INDEX room_area_from ON room_area (valid_from);
CREATE INDEX room_area_batch ON room_area (batch_id) WHERE batch_id <> 0;
CREATE INDEX customer_phone ON customer (phone, project_id) WHERE phone <> '' AND archived_at = 0;
CREATE INDEX customer_name ON customer (name, project_id) WHERE archived_at = 0;
CREATE INDEX customer_source ON customer (project_id, source_code) WHERE source_code <> '';
CREATE INDEX customer_list ON customer (project_id, id) WHERE archived_at = 0;
CREATE INDEX customer_batch ON customer (batch_id) WHERE batch_id <> 0;
CREATE INDEX consent_customer ON consent (customer_id, kind);
CREATE INDEX ownership_list ON ownership (project_id, valid_from, id) WHERE archived_at = 0;
CREATE INDEX ownership_room ON ownership (room_id);
CREATE INDEX ownership_customer ON ownership (customer_id);
CREATE INDEX ownership_batch ON ownership (batch_id) WHERE batch_id <> 0;
CREATE INDEX occupancy_list ON occupancy (project_id, valid_from, id) WHERE archived_at = 0;
CREATE INDEX occupancy_room ON occupancy (room_id);
CREATE INDEX occupancy_person ON occupancy (person_id);
CREATE INDEX occupancy_batch ON occupancy (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX household_room ON household (project_id, room_id) WHERE archived_at = 0;
CREATE INDEX household_list ON household (project_id, id, persons) WHERE archived_at = 0;
CREATE INDEX household_batch ON household (batch_id) WHERE batch_id <> 0;
CREATE INDEX lease_registration_room ON lease_registration (room_id, valid_to);
CREATE INDEX lease_registration_tenant ON lease_registration (tenant_id);
CREATE INDEX lease_registration_batch ON lease_registration (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX parking_space_code ON parking_space (project_id, lot, code) WHERE archived_at = 0;
CREATE INDEX parking_space_list ON parking_space (project_id, code, id, area) WHERE archived_at = 0;
CREATE INDEX parking_space_batch ON parking_space (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX vehicle_plate ON vehicle (project_id, plate) WHERE archived_at = 0;
CREATE INDEX vehicle_plate_any ON vehicle (plate, project_id) WHERE archived_at = 0;
CREATE INDEX vehicle_room ON vehicle (room_id);
CREATE INDEX vehicle_batch ON vehicle (batch_id) WHERE batch_id <> 0;
CREATE UNIQUE INDEX room_key_no ON room_key (project_id, key_no) WHERE archived_at = 0;
CREATE INDEX room_key_room ON room_key (room_id);
CREATE UNIQUE INDEX credential_no ON credential (project_id, cred_no) WHERE archived_at = 0;
CREATE INDEX credential_person ON credential (person_id);
CREATE UNIQUE INDEX meter_no ON meter (project_id, meter_no) WHERE archived_at = 0;
CREATE INDEX meter_room ON meter (room_id);
CREATE UNIQUE INDEX estate_finding_open ON estate_finding (kind, subject_id) WHERE state = 'open';
CREATE INDEX estate_finding_seen ON estate_finding (project_id, last_seen_on);
