-- +goose Up
-- Who gives ids, and up to which second they are reserved (see id.go).
CREATE TABLE id_node (
	node        BIGINT PRIMARY KEY,
	owner       TEXT   NOT NULL,
	lease_until BIGINT NOT NULL, -- unix ms
	reserved    BIGINT NOT NULL  -- seconds since 2025-01-01
);
