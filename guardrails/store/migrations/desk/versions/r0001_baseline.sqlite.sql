CREATE TABLE people (
	person_id TEXT NOT NULL,
	roles TEXT NOT NULL,
	password_hash TEXT NOT NULL,
	credential_version INTEGER NOT NULL,
	active INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (person_id)
)
 STRICT
;;
CREATE TRIGGER people_fixed BEFORE UPDATE OF person_id, created_at ON people BEGIN SELECT RAISE(ABORT, 'people: these columns are fixed'); END
;;
CREATE TRIGGER people_no_delete BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'people: rows stay'); END
;;
CREATE TABLE tickets (
	digest TEXT NOT NULL,
	intent TEXT NOT NULL,
	verdict TEXT NOT NULL,
	state TEXT NOT NULL,
	proposer_id TEXT NOT NULL,
	lineage_id TEXT NOT NULL,
	signal_digest TEXT NOT NULL,
	symbol TEXT NOT NULL,
	side TEXT NOT NULL,
	quantity TEXT NOT NULL,
	created_at TEXT NOT NULL,
	expires_at TEXT NOT NULL,
	updated_at TEXT NOT NULL,
	PRIMARY KEY (digest)
)
 STRICT
;;
CREATE INDEX ix_tickets_created_at ON tickets (created_at)
;;
CREATE INDEX ix_tickets_signal_digest ON tickets (signal_digest)
;;
CREATE INDEX ix_tickets_state ON tickets (state)
;;
CREATE TRIGGER tickets_fixed BEFORE UPDATE OF digest, intent, verdict, proposer_id, lineage_id, signal_digest, symbol, side, quantity, created_at, expires_at ON tickets BEGIN SELECT RAISE(ABORT, 'tickets: these columns are fixed'); END
;;
CREATE TRIGGER tickets_no_delete BEFORE DELETE ON tickets BEGIN SELECT RAISE(ABORT, 'tickets: rows stay'); END
;;
CREATE TABLE outbox (
	n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	kind TEXT NOT NULL,
	payload TEXT NOT NULL,
	created_at TEXT NOT NULL
)
 STRICT
;;
CREATE TRIGGER outbox_no_update BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'outbox: append-only'); END
;;
CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox BEGIN SELECT RAISE(ABORT, 'outbox: append-only'); END
;;
CREATE TABLE trading_states (
	n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	state TEXT NOT NULL,
	actor TEXT NOT NULL,
	reason TEXT NOT NULL,
	at TEXT NOT NULL
)
 STRICT
;;
CREATE TRIGGER trading_states_no_update BEFORE UPDATE ON trading_states BEGIN SELECT RAISE(ABORT, 'trading_states: append-only'); END
;;
CREATE TRIGGER trading_states_no_delete BEFORE DELETE ON trading_states BEGIN SELECT RAISE(ABORT, 'trading_states: append-only'); END
;;
CREATE TABLE limits_versions (
	version TEXT NOT NULL,
	payload TEXT NOT NULL,
	actor TEXT NOT NULL,
	recorded_at TEXT NOT NULL,
	PRIMARY KEY (version)
)
 STRICT
;;
CREATE TRIGGER limits_versions_no_update BEFORE UPDATE ON limits_versions BEGIN SELECT RAISE(ABORT, 'limits_versions: append-only'); END
;;
CREATE TRIGGER limits_versions_no_delete BEFORE DELETE ON limits_versions BEGIN SELECT RAISE(ABORT, 'limits_versions: append-only'); END
;;
CREATE TABLE candidates (
	candidate_id TEXT NOT NULL,
	idempotency_key TEXT,
	payload TEXT NOT NULL,
	submitted_by TEXT NOT NULL,
	status TEXT NOT NULL,
	stage TEXT NOT NULL,
	share REAL NOT NULL,
	error TEXT,
	report TEXT,
	report_digest TEXT,
	certificate_digest TEXT,
	created_at TEXT NOT NULL,
	PRIMARY KEY (candidate_id),
	UNIQUE (idempotency_key)
)
 STRICT
;;
CREATE INDEX ix_candidates_created_at ON candidates (created_at)
;;
CREATE TABLE certificates (
	digest TEXT NOT NULL,
	candidate_id TEXT NOT NULL,
	payload TEXT NOT NULL,
	signature TEXT NOT NULL,
	issued_at TEXT NOT NULL,
	PRIMARY KEY (digest)
)
 STRICT
;;
CREATE INDEX ix_certificates_candidate_id ON certificates (candidate_id)
;;
CREATE TRIGGER certificates_no_update BEFORE UPDATE ON certificates BEGIN SELECT RAISE(ABORT, 'certificates: append-only'); END
;;
CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates BEGIN SELECT RAISE(ABORT, 'certificates: append-only'); END
;;
CREATE TABLE revocations (
	digest TEXT NOT NULL,
	code TEXT NOT NULL,
	actor TEXT NOT NULL,
	revoked_at TEXT NOT NULL,
	PRIMARY KEY (digest)
)
 STRICT
;;
CREATE TRIGGER revocations_no_update BEFORE UPDATE ON revocations BEGIN SELECT RAISE(ABORT, 'revocations: append-only'); END
;;
CREATE TRIGGER revocations_no_delete BEFORE DELETE ON revocations BEGIN SELECT RAISE(ABORT, 'revocations: append-only'); END
;;
CREATE TABLE trials (
	n INTEGER NOT NULL,
	key_digest TEXT NOT NULL,
	payload TEXT NOT NULL,
	opened_at TEXT NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (key_digest)
)
 STRICT
;;
CREATE TRIGGER trials_no_update BEFORE UPDATE ON trials BEGIN SELECT RAISE(ABORT, 'trials: append-only'); END
;;
CREATE TRIGGER trials_no_delete BEFORE DELETE ON trials BEGIN SELECT RAISE(ABORT, 'trials: append-only'); END
;;
CREATE TABLE trial_specs (
	digest TEXT NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY (digest)
)
 STRICT
;;
CREATE TRIGGER trial_specs_no_update BEFORE UPDATE ON trial_specs BEGIN SELECT RAISE(ABORT, 'trial_specs: append-only'); END
;;
CREATE TRIGGER trial_specs_no_delete BEFORE DELETE ON trial_specs BEGIN SELECT RAISE(ABORT, 'trial_specs: append-only'); END
;;
CREATE TABLE looks (
	n INTEGER NOT NULL,
	look_id TEXT NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (look_id)
)
 STRICT
;;
CREATE TRIGGER looks_no_update BEFORE UPDATE ON looks BEGIN SELECT RAISE(ABORT, 'looks: append-only'); END
;;
CREATE TRIGGER looks_no_delete BEFORE DELETE ON looks BEGIN SELECT RAISE(ABORT, 'looks: append-only'); END
;;
CREATE TABLE signals (
	digest TEXT NOT NULL,
	certificate_digest TEXT NOT NULL,
	payload TEXT NOT NULL,
	made_at TEXT NOT NULL,
	PRIMARY KEY (digest)
)
 STRICT
;;
CREATE INDEX ix_signals_certificate_digest ON signals (certificate_digest)
;;
CREATE TRIGGER signals_no_update BEFORE UPDATE ON signals BEGIN SELECT RAISE(ABORT, 'signals: append-only'); END
;;
CREATE TRIGGER signals_no_delete BEFORE DELETE ON signals BEGIN SELECT RAISE(ABORT, 'signals: append-only'); END
;;
CREATE TABLE messages (
	n INTEGER NOT NULL,
	thread_id TEXT NOT NULL,
	person_id TEXT NOT NULL,
	role TEXT NOT NULL,
	payload TEXT NOT NULL,
	created_at TEXT NOT NULL,
	PRIMARY KEY (n)
)
 STRICT
;;
CREATE INDEX ix_messages_thread_id ON messages (thread_id)
;;
CREATE TRIGGER messages_no_update BEFORE UPDATE ON messages BEGIN SELECT RAISE(ABORT, 'messages: append-only'); END
;;
CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages BEGIN SELECT RAISE(ABORT, 'messages: append-only'); END
;;
CREATE TABLE journal (
	n INTEGER NOT NULL,
	time TEXT NOT NULL,
	actor TEXT NOT NULL,
	kind TEXT NOT NULL,
	payload TEXT NOT NULL,
	prev TEXT NOT NULL,
	h TEXT NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (h)
)
 STRICT
;;
CREATE INDEX ix_journal_kind ON journal (kind)
;;
CREATE INDEX ix_journal_time ON journal (time)
;;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'journal: append-only'); END
;;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'journal: append-only'); END
;;
CREATE TABLE auth_sessions (
	id TEXT NOT NULL,
	person_id TEXT NOT NULL,
	credential_version INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	proved_at TEXT NOT NULL,
	ends_at TEXT NOT NULL,
	revoked_at TEXT,
	label TEXT NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
 STRICT
;;
CREATE INDEX ix_auth_sessions_person_id ON auth_sessions (person_id)
;;
CREATE TRIGGER auth_sessions_fixed BEFORE UPDATE OF id, person_id, credential_version, created_at, proved_at, ends_at, label ON auth_sessions BEGIN SELECT RAISE(ABORT, 'auth_sessions: these columns are fixed'); END
;;
CREATE TRIGGER auth_sessions_no_delete BEFORE DELETE ON auth_sessions BEGIN SELECT RAISE(ABORT, 'auth_sessions: rows stay'); END
;;
CREATE TABLE nonces (
	nonce TEXT NOT NULL,
	ticket_digest TEXT NOT NULL,
	person_id TEXT NOT NULL,
	auth_session_id TEXT NOT NULL,
	shown_at TEXT NOT NULL,
	used INTEGER NOT NULL,
	PRIMARY KEY (nonce),
	FOREIGN KEY(ticket_digest) REFERENCES tickets (digest),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
 STRICT
;;
CREATE TRIGGER nonces_fixed BEFORE UPDATE OF nonce, ticket_digest, person_id, auth_session_id, shown_at ON nonces BEGIN SELECT RAISE(ABORT, 'nonces: these columns are fixed'); END
;;
CREATE TRIGGER nonces_no_delete BEFORE DELETE ON nonces BEGIN SELECT RAISE(ABORT, 'nonces: rows stay'); END
;;
CREATE TRIGGER nonces_once BEFORE UPDATE OF used ON nonces WHEN NOT (OLD.used = 0 AND NEW.used = 1) BEGIN SELECT RAISE(ABORT, 'nonces: used once and for ever'); END
;;
CREATE TABLE approvals (
	digest TEXT NOT NULL,
	ticket_digest TEXT NOT NULL,
	person_id TEXT NOT NULL,
	decision TEXT NOT NULL,
	payload TEXT NOT NULL,
	signature TEXT NOT NULL,
	decided_at TEXT NOT NULL,
	used INTEGER NOT NULL,
	PRIMARY KEY (digest),
	UNIQUE (ticket_digest, person_id, decision),
	FOREIGN KEY(ticket_digest) REFERENCES tickets (digest),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
 STRICT
;;
CREATE INDEX approvals_of_a_day ON approvals (person_id, decided_at)
;;
CREATE TRIGGER approvals_fixed BEFORE UPDATE OF digest, ticket_digest, person_id, decision, payload, signature, decided_at ON approvals BEGIN SELECT RAISE(ABORT, 'approvals: these columns are fixed'); END
;;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'approvals: rows stay'); END
;;
CREATE TRIGGER approvals_once BEFORE UPDATE OF used ON approvals WHEN NOT (OLD.used = 0 AND NEW.used = 1) BEGIN SELECT RAISE(ABORT, 'approvals: used once and for ever'); END
;;
CREATE TABLE rearm_requests (
	n INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	person_id TEXT NOT NULL,
	reason TEXT NOT NULL,
	known_halts TEXT NOT NULL,
	requested_at TEXT NOT NULL,
	last_signer TEXT NOT NULL,
	status TEXT NOT NULL,
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
 STRICT
;;
CREATE TRIGGER rearm_requests_fixed BEFORE UPDATE OF n, person_id, reason, requested_at ON rearm_requests BEGIN SELECT RAISE(ABORT, 'rearm_requests: these columns are fixed'); END
;;
CREATE TRIGGER rearm_requests_no_delete BEFORE DELETE ON rearm_requests BEGIN SELECT RAISE(ABORT, 'rearm_requests: rows stay'); END
;;
CREATE TABLE trial_families (
	family TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (family, n),
	FOREIGN KEY(n) REFERENCES trials (n)
)
 STRICT
;;
CREATE TRIGGER trial_families_no_update BEFORE UPDATE ON trial_families BEGIN SELECT RAISE(ABORT, 'trial_families: append-only'); END
;;
CREATE TRIGGER trial_families_no_delete BEFORE DELETE ON trial_families BEGIN SELECT RAISE(ABORT, 'trial_families: append-only'); END
;;
CREATE TABLE trial_lineages (
	"row" INTEGER NOT NULL,
	n INTEGER NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY ("row"),
	FOREIGN KEY(n) REFERENCES trials (n)
)
 STRICT
;;
CREATE INDEX ix_trial_lineages_n ON trial_lineages (n)
;;
CREATE TRIGGER trial_lineages_no_update BEFORE UPDATE ON trial_lineages BEGIN SELECT RAISE(ABORT, 'trial_lineages: append-only'); END
;;
CREATE TRIGGER trial_lineages_no_delete BEFORE DELETE ON trial_lineages BEGIN SELECT RAISE(ABORT, 'trial_lineages: append-only'); END
;;
CREATE TABLE trial_outcomes (
	"row" INTEGER NOT NULL,
	n INTEGER NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY ("row"),
	FOREIGN KEY(n) REFERENCES trials (n)
)
 STRICT
;;
CREATE INDEX ix_trial_outcomes_n ON trial_outcomes (n)
;;
CREATE TRIGGER trial_outcomes_no_update BEFORE UPDATE ON trial_outcomes BEGIN SELECT RAISE(ABORT, 'trial_outcomes: append-only'); END
;;
CREATE TRIGGER trial_outcomes_no_delete BEFORE DELETE ON trial_outcomes BEGIN SELECT RAISE(ABORT, 'trial_outcomes: append-only'); END
;;
CREATE TABLE look_families (
	family TEXT NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (family, n),
	FOREIGN KEY(n) REFERENCES looks (n)
)
 STRICT
;;
CREATE TRIGGER look_families_no_update BEFORE UPDATE ON look_families BEGIN SELECT RAISE(ABORT, 'look_families: append-only'); END
;;
CREATE TRIGGER look_families_no_delete BEFORE DELETE ON look_families BEGIN SELECT RAISE(ABORT, 'look_families: append-only'); END
;;
CREATE TABLE look_reveals (
	look_id TEXT NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY (look_id),
	FOREIGN KEY(look_id) REFERENCES looks (look_id)
)
 STRICT
;;
CREATE TRIGGER look_reveals_no_update BEFORE UPDATE ON look_reveals BEGIN SELECT RAISE(ABORT, 'look_reveals: append-only'); END
;;
CREATE TRIGGER look_reveals_no_delete BEFORE DELETE ON look_reveals BEGIN SELECT RAISE(ABORT, 'look_reveals: append-only'); END
;;
CREATE TABLE look_outcomes (
	n INTEGER NOT NULL,
	look_id TEXT NOT NULL,
	payload TEXT NOT NULL,
	PRIMARY KEY (n),
	FOREIGN KEY(look_id) REFERENCES looks (look_id)
)
 STRICT
;;
CREATE INDEX ix_look_outcomes_look_id ON look_outcomes (look_id)
;;
CREATE TRIGGER look_outcomes_no_update BEFORE UPDATE ON look_outcomes BEGIN SELECT RAISE(ABORT, 'look_outcomes: append-only'); END
;;
CREATE TRIGGER look_outcomes_no_delete BEFORE DELETE ON look_outcomes BEGIN SELECT RAISE(ABORT, 'look_outcomes: append-only'); END
;;
