-- +goose Up

-- Definitions are immutable versions: state 1 published, 2 retired.
CREATE TABLE flow_def (
	id BIGINT PRIMARY KEY,
	key TEXT NOT NULL,
	ver BIGINT NOT NULL,
	name TEXT NOT NULL,
	name_en TEXT NOT NULL,
	xml TEXT NOT NULL,
	forms TEXT NOT NULL,
	vars TEXT NOT NULL,
	hash TEXT NOT NULL,
	state BIGINT NOT NULL,
	made_by BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	note TEXT NOT NULL,
	UNIQUE (key, ver)
);

-- One case. doc is the canonical JSON of its state. state: 0 running, 1 done, 2 refused, 3 withdrawn, 4 stopped, 5 incident.
CREATE TABLE flow_inst (
	id BIGINT PRIMARY KEY,
	def_id BIGINT NOT NULL,
	key TEXT NOT NULL,
	no TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	org_id BIGINT NOT NULL,
	subject TEXT NOT NULL,
	starter BIGINT NOT NULL,
	state BIGINT NOT NULL,
	rev BIGINT NOT NULL,
	hash TEXT NOT NULL,
	doc TEXT NOT NULL,
	parent_id BIGINT NOT NULL,
	parent_token BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
);
CREATE INDEX flow_inst_starter ON flow_inst (starter, started_at DESC, id DESC);
CREATE INDEX flow_inst_subject ON flow_inst (subject, started_at DESC) WHERE subject <> '';
CREATE INDEX flow_inst_org ON flow_inst (org_id, state, started_at DESC);
CREATE INDEX flow_inst_running ON flow_inst (def_id) WHERE state IN (0, 5);
CREATE INDEX flow_inst_parent ON flow_inst (parent_id, parent_token) WHERE parent_id <> 0;

-- One slot of a task. kind: 0 act, 1 copy. who: a person, or a pool as a negative number. state: 0 open, 1 done, 2 void, 3 on hold.
CREATE TABLE flow_task (
	id BIGINT PRIMARY KEY,
	inst_id BIGINT NOT NULL,
	slot TEXT NOT NULL,
	node TEXT NOT NULL,
	kind BIGINT NOT NULL,
	who BIGINT NOT NULL,
	pool BIGINT NOT NULL,
	state BIGINT NOT NULL,
	org_id BIGINT NOT NULL,
	def_id BIGINT NOT NULL,
	key TEXT NOT NULL,
	title TEXT NOT NULL,
	priority BIGINT NOT NULL,
	urges BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	read_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	done_by BIGINT NOT NULL,
	done_at BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	UNIQUE (inst_id, slot)
);
CREATE INDEX flow_task_todo ON flow_task (who, opened_at DESC, id DESC) WHERE kind = 0 AND state IN (0, 3);
CREATE INDEX flow_task_late ON flow_task (org_id, due_at) WHERE state = 0 AND due_at <> 0;
CREATE INDEX flow_task_done ON flow_task (done_by, done_at DESC, id DESC) WHERE kind = 0 AND state = 1;
CREATE INDEX flow_task_copy ON flow_task (who, opened_at DESC, id DESC) WHERE kind = 1;

-- What happened, append only, each event chained to the one before.
CREATE TABLE flow_event (
	inst_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	cmd TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	node TEXT NOT NULL,
	task_id BIGINT NOT NULL,
	actor BIGINT NOT NULL,
	for_whom BIGINT NOT NULL,
	at BIGINT NOT NULL,
	data TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (inst_id, seq)
);

CREATE TABLE flow_job (
	id BIGINT PRIMARY KEY,
	inst_id BIGINT NOT NULL,
	key TEXT NOT NULL,
	run_at BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	lease_until BIGINT NOT NULL,
	lease_by TEXT NOT NULL,
	error TEXT NOT NULL,
	UNIQUE (inst_id, key)
);
CREATE INDEX flow_job_run ON flow_job (run_at, id) WHERE attempts < 8;

-- Interned pools: a position at an org unit. Tasks refer to them by the negative id.
CREATE TABLE flow_pool (
	id BIGINT PRIMARY KEY,
	role TEXT NOT NULL,
	org_id BIGINT NOT NULL,
	UNIQUE (role, org_id)
);

CREATE TABLE flow_file (
	id BIGINT NOT NULL,
	inst_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	field TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	name TEXT NOT NULL,
	mime TEXT NOT NULL,
	size BIGINT NOT NULL,
	taken_at BIGINT NOT NULL,
	geo TEXT NOT NULL,
	by_id BIGINT NOT NULL,
	PRIMARY KEY (inst_id, seq, field, id)
);
CREATE INDEX flow_file_id ON flow_file (id);

-- Which register rows a case has to do with.
CREATE TABLE flow_link (
	inst_id BIGINT NOT NULL,
	register TEXT NOT NULL,
	row_id BIGINT NOT NULL,
	PRIMARY KEY (inst_id, register, row_id)
);
CREATE INDEX flow_link_row ON flow_link (register, row_id, inst_id DESC);
