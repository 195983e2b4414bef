-- +goose Up

-- Who may log in. kind: staff, resident, machine. login is lower case; for
-- residents it is the phone number.
CREATE TABLE identity_account (
	id            BIGINT PRIMARY KEY,
	kind          TEXT   NOT NULL,
	login         TEXT   NOT NULL,
	name          TEXT   NOT NULL,
	person_id     BIGINT NOT NULL, -- employee or customer; 0 for machines
	language      TEXT   NOT NULL, -- zh, en or empty
	password      TEXT   NOT NULL, -- argon2id in PHC form; empty: cannot log in by password
	password_at   BIGINT NOT NULL,
	must_change   BIGINT NOT NULL,
	totp_secret   TEXT   NOT NULL, -- base32; empty: no second factor
	totp_pending  TEXT   NOT NULL, -- offered, not yet proven
	totp_step     BIGINT NOT NULL, -- the last 30-second step that was accepted
	disabled_at   BIGINT NOT NULL,
	created_at    BIGINT NOT NULL,
	updated_at    BIGINT NOT NULL,
	UNIQUE (kind, login)
);
CREATE INDEX identity_account_person ON identity_account (person_id) WHERE person_id > 0;

-- A recovery code works once in place of the second factor.
CREATE TABLE identity_recovery (
	id         BIGINT PRIMARY KEY,
	account_id BIGINT NOT NULL,
	code_hash  BYTEA  NOT NULL,
	used_at    BIGINT NOT NULL
);
CREATE INDEX identity_recovery_account ON identity_recovery (account_id);

-- Sessions of people (cookie) and tokens of machines (bearer). Only the sha256
-- of the secret is kept.
CREATE TABLE identity_session (
	id         BIGINT PRIMARY KEY,
	token_hash BYTEA  NOT NULL UNIQUE,
	account_id BIGINT NOT NULL,
	machine    BIGINT NOT NULL,
	name       TEXT   NOT NULL, -- device, or what the token is for
	ip         TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL
);
CREATE INDEX identity_session_account ON identity_session (account_id, seen_at);

-- One-time codes sent to a phone.
CREATE TABLE identity_code (
	id         BIGINT PRIMARY KEY,
	phone      TEXT   NOT NULL,
	code_hash  BYTEA  NOT NULL,
	ip         TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	attempts   BIGINT NOT NULL,
	used_at    BIGINT NOT NULL
);
CREATE INDEX identity_code_phone ON identity_code (phone, created_at);

-- Failed attempts per account and per address, and until when to wait.
CREATE TABLE identity_failure (
	subject      TEXT   PRIMARY KEY, -- account:‹kind›:‹login› or ip:‹address›
	failures     BIGINT NOT NULL,
	failed_at    BIGINT NOT NULL,
	locked_until BIGINT NOT NULL
);

-- First answers to commands that carry an Idempotency-Key; kept two days.
CREATE TABLE api_replay (
	key_hash    BYTEA  PRIMARY KEY,
	fingerprint BYTEA  NOT NULL,
	account_id  BIGINT NOT NULL,
	created_at  BIGINT NOT NULL,
	status      BIGINT NOT NULL, -- 0: not answered yet
	media_type  TEXT   NOT NULL,
	answer      BYTEA  NOT NULL
);
CREATE INDEX api_replay_created ON api_replay (created_at);
