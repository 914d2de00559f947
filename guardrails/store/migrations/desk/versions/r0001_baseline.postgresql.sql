CREATE OR REPLACE FUNCTION peak_refuse() RETURNS trigger LANGUAGE plpgsql AS $peak$
BEGIN
  RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'integrity_constraint_violation';
END
$peak$
;;
CREATE TABLE people (
	person_id VARCHAR NOT NULL,
	roles VARCHAR NOT NULL,
	password_hash VARCHAR NOT NULL,
	credential_version INTEGER NOT NULL,
	active BOOLEAN NOT NULL,
	created_at VARCHAR NOT NULL,
	PRIMARY KEY (person_id)
)
;;
CREATE TRIGGER people_fixed BEFORE UPDATE OF "person_id", "created_at" ON people FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER people_no_delete BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER people_no_truncate BEFORE TRUNCATE ON people FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TABLE tickets (
	digest VARCHAR NOT NULL,
	intent VARCHAR NOT NULL,
	verdict VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	proposer_id VARCHAR NOT NULL,
	lineage_id VARCHAR NOT NULL,
	signal_digest VARCHAR NOT NULL,
	symbol VARCHAR NOT NULL,
	side VARCHAR NOT NULL,
	quantity VARCHAR NOT NULL,
	created_at VARCHAR NOT NULL,
	expires_at VARCHAR NOT NULL,
	updated_at VARCHAR NOT NULL,
	PRIMARY KEY (digest)
)
;;
CREATE INDEX ix_tickets_created_at ON tickets (created_at)
;;
CREATE INDEX ix_tickets_signal_digest ON tickets (signal_digest)
;;
CREATE INDEX ix_tickets_state ON tickets (state)
;;
CREATE TRIGGER tickets_fixed BEFORE UPDATE OF "digest", "intent", "verdict", "proposer_id", "lineage_id", "signal_digest", "symbol", "side", "quantity", "created_at", "expires_at" ON tickets FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER tickets_no_delete BEFORE DELETE ON tickets FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER tickets_no_truncate BEFORE TRUNCATE ON tickets FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TABLE outbox (
	n SERIAL NOT NULL,
	kind VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	created_at VARCHAR NOT NULL,
	PRIMARY KEY (n)
)
;;
CREATE TRIGGER outbox_no_update BEFORE UPDATE ON outbox FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER outbox_no_delete BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER outbox_no_truncate BEFORE TRUNCATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE trading_states (
	n SERIAL NOT NULL,
	state VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	at VARCHAR NOT NULL,
	PRIMARY KEY (n)
)
;;
CREATE TRIGGER trading_states_no_update BEFORE UPDATE ON trading_states FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trading_states_no_delete BEFORE DELETE ON trading_states FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trading_states_no_truncate BEFORE TRUNCATE ON trading_states FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE limits_versions (
	version VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	recorded_at VARCHAR NOT NULL,
	PRIMARY KEY (version)
)
;;
CREATE TRIGGER limits_versions_no_update BEFORE UPDATE ON limits_versions FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER limits_versions_no_delete BEFORE DELETE ON limits_versions FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER limits_versions_no_truncate BEFORE TRUNCATE ON limits_versions FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE candidates (
	candidate_id VARCHAR NOT NULL,
	idempotency_key VARCHAR,
	payload VARCHAR NOT NULL,
	submitted_by VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	stage VARCHAR NOT NULL,
	share FLOAT NOT NULL,
	error VARCHAR,
	report VARCHAR,
	report_digest VARCHAR,
	certificate_digest VARCHAR,
	created_at VARCHAR NOT NULL,
	PRIMARY KEY (candidate_id),
	UNIQUE (idempotency_key)
)
;;
CREATE INDEX ix_candidates_created_at ON candidates (created_at)
;;
CREATE TABLE certificates (
	digest VARCHAR NOT NULL,
	candidate_id VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	signature VARCHAR NOT NULL,
	issued_at VARCHAR NOT NULL,
	PRIMARY KEY (digest)
)
;;
CREATE INDEX ix_certificates_candidate_id ON certificates (candidate_id)
;;
CREATE TRIGGER certificates_no_update BEFORE UPDATE ON certificates FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER certificates_no_truncate BEFORE TRUNCATE ON certificates FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE revocations (
	digest VARCHAR NOT NULL,
	code VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	revoked_at VARCHAR NOT NULL,
	PRIMARY KEY (digest)
)
;;
CREATE TRIGGER revocations_no_update BEFORE UPDATE ON revocations FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER revocations_no_delete BEFORE DELETE ON revocations FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER revocations_no_truncate BEFORE TRUNCATE ON revocations FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE trials (
	n SERIAL NOT NULL,
	key_digest VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	opened_at VARCHAR NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (key_digest)
)
;;
CREATE TRIGGER trials_no_update BEFORE UPDATE ON trials FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trials_no_delete BEFORE DELETE ON trials FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trials_no_truncate BEFORE TRUNCATE ON trials FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE trial_specs (
	digest VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (digest)
)
;;
CREATE TRIGGER trial_specs_no_update BEFORE UPDATE ON trial_specs FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_specs_no_delete BEFORE DELETE ON trial_specs FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_specs_no_truncate BEFORE TRUNCATE ON trial_specs FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE looks (
	n SERIAL NOT NULL,
	look_id VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (look_id)
)
;;
CREATE TRIGGER looks_no_update BEFORE UPDATE ON looks FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER looks_no_delete BEFORE DELETE ON looks FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER looks_no_truncate BEFORE TRUNCATE ON looks FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE signals (
	digest VARCHAR NOT NULL,
	certificate_digest VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	made_at VARCHAR NOT NULL,
	PRIMARY KEY (digest)
)
;;
CREATE INDEX ix_signals_certificate_digest ON signals (certificate_digest)
;;
CREATE TRIGGER signals_no_update BEFORE UPDATE ON signals FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER signals_no_delete BEFORE DELETE ON signals FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER signals_no_truncate BEFORE TRUNCATE ON signals FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE messages (
	n SERIAL NOT NULL,
	thread_id VARCHAR NOT NULL,
	person_id VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	created_at VARCHAR NOT NULL,
	PRIMARY KEY (n)
)
;;
CREATE INDEX ix_messages_thread_id ON messages (thread_id)
;;
CREATE TRIGGER messages_no_update BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER messages_no_delete BEFORE DELETE ON messages FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER messages_no_truncate BEFORE TRUNCATE ON messages FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE journal (
	n INTEGER NOT NULL,
	time VARCHAR NOT NULL,
	actor VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	prev VARCHAR NOT NULL,
	h VARCHAR NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (h)
)
;;
CREATE INDEX ix_journal_kind ON journal (kind)
;;
CREATE INDEX ix_journal_time ON journal (time)
;;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE auth_sessions (
	id VARCHAR NOT NULL,
	person_id VARCHAR NOT NULL,
	credential_version INTEGER NOT NULL,
	created_at VARCHAR NOT NULL,
	proved_at VARCHAR NOT NULL,
	ends_at VARCHAR NOT NULL,
	revoked_at VARCHAR,
	label VARCHAR NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
;;
CREATE INDEX ix_auth_sessions_person_id ON auth_sessions (person_id)
;;
CREATE TRIGGER auth_sessions_fixed BEFORE UPDATE OF "id", "person_id", "credential_version", "created_at", "proved_at", "ends_at", "label" ON auth_sessions FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER auth_sessions_no_delete BEFORE DELETE ON auth_sessions FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER auth_sessions_no_truncate BEFORE TRUNCATE ON auth_sessions FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TABLE nonces (
	nonce VARCHAR NOT NULL,
	ticket_digest VARCHAR NOT NULL,
	person_id VARCHAR NOT NULL,
	auth_session_id VARCHAR NOT NULL,
	shown_at VARCHAR NOT NULL,
	used BOOLEAN NOT NULL,
	PRIMARY KEY (nonce),
	FOREIGN KEY(ticket_digest) REFERENCES tickets (digest),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
;;
CREATE TRIGGER nonces_fixed BEFORE UPDATE OF "nonce", "ticket_digest", "person_id", "auth_session_id", "shown_at" ON nonces FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER nonces_no_delete BEFORE DELETE ON nonces FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER nonces_no_truncate BEFORE TRUNCATE ON nonces FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER nonces_once BEFORE UPDATE OF "used" ON nonces FOR EACH ROW WHEN (NOT (OLD.used::int = 0 AND NEW.used::int = 1)) EXECUTE FUNCTION peak_refuse('used once and for ever')
;;
CREATE TABLE approvals (
	digest VARCHAR NOT NULL,
	ticket_digest VARCHAR NOT NULL,
	person_id VARCHAR NOT NULL,
	decision VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	signature VARCHAR NOT NULL,
	decided_at VARCHAR NOT NULL,
	used BOOLEAN NOT NULL,
	PRIMARY KEY (digest),
	UNIQUE (ticket_digest, person_id, decision),
	FOREIGN KEY(ticket_digest) REFERENCES tickets (digest),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
;;
CREATE INDEX approvals_of_a_day ON approvals (person_id, decided_at)
;;
CREATE TRIGGER approvals_fixed BEFORE UPDATE OF "digest", "ticket_digest", "person_id", "decision", "payload", "signature", "decided_at" ON approvals FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER approvals_no_truncate BEFORE TRUNCATE ON approvals FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER approvals_once BEFORE UPDATE OF "used" ON approvals FOR EACH ROW WHEN (NOT (OLD.used::int = 0 AND NEW.used::int = 1)) EXECUTE FUNCTION peak_refuse('used once and for ever')
;;
CREATE TABLE rearm_requests (
	n SERIAL NOT NULL,
	person_id VARCHAR NOT NULL,
	reason VARCHAR NOT NULL,
	known_halts VARCHAR NOT NULL,
	requested_at VARCHAR NOT NULL,
	last_signer VARCHAR NOT NULL,
	status VARCHAR NOT NULL,
	PRIMARY KEY (n),
	FOREIGN KEY(person_id) REFERENCES people (person_id)
)
;;
CREATE TRIGGER rearm_requests_fixed BEFORE UPDATE OF "n", "person_id", "reason", "requested_at" ON rearm_requests FOR EACH ROW EXECUTE FUNCTION peak_refuse('these columns are fixed')
;;
CREATE TRIGGER rearm_requests_no_delete BEFORE DELETE ON rearm_requests FOR EACH ROW EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TRIGGER rearm_requests_no_truncate BEFORE TRUNCATE ON rearm_requests FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('rows stay')
;;
CREATE TABLE trial_families (
	family VARCHAR NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (family, n),
	FOREIGN KEY(n) REFERENCES trials (n)
)
;;
CREATE TRIGGER trial_families_no_update BEFORE UPDATE ON trial_families FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_families_no_delete BEFORE DELETE ON trial_families FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_families_no_truncate BEFORE TRUNCATE ON trial_families FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE trial_lineages (
	row SERIAL NOT NULL,
	n INTEGER NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (row),
	FOREIGN KEY(n) REFERENCES trials (n)
)
;;
CREATE INDEX ix_trial_lineages_n ON trial_lineages (n)
;;
CREATE TRIGGER trial_lineages_no_update BEFORE UPDATE ON trial_lineages FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_lineages_no_delete BEFORE DELETE ON trial_lineages FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_lineages_no_truncate BEFORE TRUNCATE ON trial_lineages FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE trial_outcomes (
	row SERIAL NOT NULL,
	n INTEGER NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (row),
	FOREIGN KEY(n) REFERENCES trials (n)
)
;;
CREATE INDEX ix_trial_outcomes_n ON trial_outcomes (n)
;;
CREATE TRIGGER trial_outcomes_no_update BEFORE UPDATE ON trial_outcomes FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_outcomes_no_delete BEFORE DELETE ON trial_outcomes FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER trial_outcomes_no_truncate BEFORE TRUNCATE ON trial_outcomes FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE look_families (
	family VARCHAR NOT NULL,
	n INTEGER NOT NULL,
	PRIMARY KEY (family, n),
	FOREIGN KEY(n) REFERENCES looks (n)
)
;;
CREATE TRIGGER look_families_no_update BEFORE UPDATE ON look_families FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_families_no_delete BEFORE DELETE ON look_families FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_families_no_truncate BEFORE TRUNCATE ON look_families FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE look_reveals (
	look_id VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (look_id),
	FOREIGN KEY(look_id) REFERENCES looks (look_id)
)
;;
CREATE TRIGGER look_reveals_no_update BEFORE UPDATE ON look_reveals FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_reveals_no_delete BEFORE DELETE ON look_reveals FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_reveals_no_truncate BEFORE TRUNCATE ON look_reveals FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TABLE look_outcomes (
	n SERIAL NOT NULL,
	look_id VARCHAR NOT NULL,
	payload VARCHAR NOT NULL,
	PRIMARY KEY (n),
	FOREIGN KEY(look_id) REFERENCES looks (look_id)
)
;;
CREATE INDEX ix_look_outcomes_look_id ON look_outcomes (look_id)
;;
CREATE TRIGGER look_outcomes_no_update BEFORE UPDATE ON look_outcomes FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_outcomes_no_delete BEFORE DELETE ON look_outcomes FOR EACH ROW EXECUTE FUNCTION peak_refuse('append-only')
;;
CREATE TRIGGER look_outcomes_no_truncate BEFORE TRUNCATE ON look_outcomes FOR EACH STATEMENT EXECUTE FUNCTION peak_refuse('append-only')
;;
