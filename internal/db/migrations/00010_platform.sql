-- +goose Up

-- Durable work. state: 0 open, 1 done, 2 incident, 3 cancelled. lane: 0 quick, 1 long.
CREATE TABLE job (
	id BIGINT PRIMARY KEY,
	kind TEXT NOT NULL,
	uniq TEXT NOT NULL,
	lane BIGINT NOT NULL,
	args TEXT NOT NULL,
	state BIGINT NOT NULL,
	run_at BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	lease_by TEXT NOT NULL,
	done BIGINT NOT NULL,
	total BIGINT NOT NULL,
	note TEXT NOT NULL,
	stored TEXT NOT NULL,
	error TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	finished_at BIGINT NOT NULL
);
CREATE INDEX job_due ON job (lane, run_at, id) WHERE state = 0;
CREATE UNIQUE INDEX job_uniq ON job (kind, uniq) WHERE state = 0 AND uniq <> '';
CREATE INDEX job_incident ON job (created_at) WHERE state = 2;
CREATE INDEX job_finished ON job (finished_at) WHERE state = 1;

-- What recurs: the next time each named schedule is due.
CREATE TABLE schedule (
	name TEXT PRIMARY KEY,
	spec TEXT NOT NULL,
	next_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL
);

-- Who of several nodes does a thing that only one may do at a time.
CREATE TABLE lease (
	name TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until BIGINT NOT NULL
);

-- Numbers that are never given twice.
CREATE TABLE counter (
	name TEXT PRIMARY KEY,
	value BIGINT NOT NULL
);

-- Parameters of the company (project_id 0) and of single projects, as JSON.
CREATE TABLE setting (
	name TEXT NOT NULL,
	project_id BIGINT NOT NULL,
	value TEXT NOT NULL,
	updated_at BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	PRIMARY KEY (name, project_id)
);
