-- +goose Up

-- One row per upload; several rows may point at the same content.
CREATE TABLE blob (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	sha256 TEXT NOT NULL,
	name TEXT NOT NULL,
	mime TEXT NOT NULL,
	size BIGINT NOT NULL,
	taken_at BIGINT NOT NULL,
	geo TEXT NOT NULL,
	uploaded_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX blob_sha256 ON blob (sha256);
CREATE INDEX blob_uploaded ON blob (uploaded_by, created_at);
