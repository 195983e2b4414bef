-- +goose Up

-- What a person was told, in the app. notice is the key of the notice: telling the
-- same person twice is told once. read_at 0: not read yet.
CREATE TABLE message (
	id BIGINT PRIMARY KEY,
	project_id BIGINT NOT NULL,
	version BIGINT NOT NULL,
	archived_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	batch_id BIGINT NOT NULL,
	notice TEXT NOT NULL,
	person_id BIGINT NOT NULL,
	template TEXT NOT NULL,
	params TEXT NOT NULL,
	title TEXT NOT NULL,
	title_en TEXT NOT NULL,
	body TEXT NOT NULL,
	body_en TEXT NOT NULL,
	link TEXT NOT NULL,
	urgent BIGINT NOT NULL,
	read_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_notice ON message (person_id, notice);
CREATE INDEX message_unread ON message (person_id, created_at) WHERE read_at = 0;
CREATE INDEX message_person ON message (person_id, created_at);

-- What goes out of the house: one row per message and channel. state: 0 waiting,
-- 1 sent, 2 not possible (no address, refused for good).
CREATE TABLE delivery (
	id BIGINT PRIMARY KEY,
	idem TEXT NOT NULL,
	message_id BIGINT NOT NULL,
	channel TEXT NOT NULL,
	state BIGINT NOT NULL,
	answer TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	sent_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX delivery_idem ON delivery (idem);
CREATE INDEX delivery_message ON delivery (message_id);

-- Wake-up calls for the screens of other nodes; kept for a minute.
CREATE TABLE wake (
	id BIGINT PRIMARY KEY,
	node TEXT NOT NULL,
	topic TEXT NOT NULL,
	person_id BIGINT NOT NULL,
	project_id BIGINT NOT NULL,
	at BIGINT NOT NULL
);
CREATE INDEX wake_at ON wake (at);
