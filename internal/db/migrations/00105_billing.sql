-- +goose Up

-- What an item costs in a project from a day on. Several rows of one code follow each other in time; a
-- price never changes in a row. price is in 0.000001 yuan per unit and month, factor of a discount in 0.0001.
CREATE TABLE price_standard (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	name TEXT NOT NULL,
	item_id BIGINT NOT NULL,
	quantity TEXT NOT NULL,
	price BIGINT NOT NULL,
	ceiling BIGINT NOT NULL,
	ceiling_basis TEXT NOT NULL,
	handover_rule TEXT NOT NULL,
	effective_from TEXT NOT NULL,
	effective_to TEXT NOT NULL,
	mid_month BIGINT NOT NULL,
	basis TEXT NOT NULL,
	basis_file TEXT NOT NULL,
	publicity TEXT NOT NULL
);
CREATE INDEX price_standard_project ON price_standard (project_id, effective_from, id);
CREATE INDEX price_standard_code ON price_standard (project_id, item_id, code, effective_from);

-- Which room (or parking space of a room) is charged for what, and who pays.
CREATE TABLE fee_binding (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	space_id BIGINT NOT NULL,
	item_id BIGINT NOT NULL,
	standard TEXT NOT NULL,
	payer_rule TEXT NOT NULL,
	payer_id BIGINT NOT NULL,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL
);
CREATE INDEX fee_binding_project ON fee_binding (project_id, valid_from, id);
CREATE INDEX fee_binding_room ON fee_binding (room_id, item_id, valid_from);

CREATE TABLE fee_discount (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	label TEXT NOT NULL,
	room_id BIGINT NOT NULL,
	item_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	factor BIGINT,
	valid_from TEXT NOT NULL,
	valid_to TEXT NOT NULL,
	reason TEXT NOT NULL,
	proof TEXT NOT NULL
);
CREATE INDEX fee_discount_project ON fee_discount (project_id, valid_from, id);
CREATE INDEX fee_discount_room ON fee_discount (room_id, item_id, valid_from);

-- The binding that a charge was billed from; 0 for what was charged by hand or by a flow.
ALTER TABLE charge ADD COLUMN binding_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX charge_binding ON charge (binding_id, month) WHERE binding_id <> 0;
