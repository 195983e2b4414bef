-- +goose Up
-- The trail: who did what to what, when and from where. Rows are only ever inserted.
CREATE TABLE audit_entry (
	id         BIGINT PRIMARY KEY,
	at         BIGINT NOT NULL,
	actor_id   BIGINT NOT NULL,
	person_id  BIGINT NOT NULL,
	actor_kind TEXT   NOT NULL,
	actor      TEXT   NOT NULL,
	ip         TEXT   NOT NULL,
	device     TEXT   NOT NULL,
	language   TEXT   NOT NULL,
	action     TEXT   NOT NULL,
	object     TEXT   NOT NULL,
	object_id  BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	before     TEXT   NOT NULL,
	after      TEXT   NOT NULL,
	note       TEXT   NOT NULL
);
CREATE INDEX audit_entry_object ON audit_entry (object, object_id, id);
CREATE INDEX audit_entry_project ON audit_entry (project_id, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, id);

-- Entries that no seal covers yet; written with the entry, removed by the seal.
CREATE TABLE audit_pending (
	entry_id BIGINT PRIMARY KEY
);

-- The hash chain. Members is 40 bytes per entry: its id (8 bytes, big endian) and
-- its SHA-256 digest; digest covers the seal's own fields and the digest before.
CREATE TABLE audit_seal (
	seq       BIGINT PRIMARY KEY,
	sealed_at BIGINT NOT NULL,
	entries   BIGINT NOT NULL,
	members   BYTEA  NOT NULL,
	previous  BYTEA  NOT NULL,
	digest    BYTEA  NOT NULL
);
