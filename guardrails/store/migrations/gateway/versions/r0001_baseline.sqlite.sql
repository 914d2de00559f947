CREATE TABLE identity (
	id INTEGER NOT NULL CHECK (id = 1),
	deployment_id TEXT NOT NULL,
	mode TEXT NOT NULL,
	account_id TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT
;;
CREATE TRIGGER identity_no_update BEFORE UPDATE ON identity BEGIN SELECT RAISE(ABORT, 'identity: append-only'); END
;;
CREATE TRIGGER identity_no_delete BEFORE DELETE ON identity BEGIN SELECT RAISE(ABORT, 'identity: append-only'); END
;;
CREATE TABLE releases (
	ticket_digest TEXT NOT NULL,
	outbox_n INTEGER NOT NULL,
	payload TEXT NOT NULL,
	taken_at TEXT NOT NULL,
	PRIMARY KEY (ticket_digest)
)
 STRICT
;;
CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases BEGIN SELECT RAISE(ABORT, 'releases: append-only'); END
;;
CREATE TRIGGER releases_no_delete BEFORE DELETE ON releases BEGIN SELECT RAISE(ABORT, 'releases: append-only'); END
;;
CREATE TABLE orders (
	n INTEGER NOT NULL,
	client_order_id TEXT NOT NULL,
	ticket_digest TEXT NOT NULL,
	leg TEXT NOT NULL,
	account_id TEXT NOT NULL,
	venue TEXT NOT NULL,
	symbol TEXT NOT NULL,
	side TEXT NOT NULL,
	quantity TEXT NOT NULL,
	limit_price TEXT,
	state TEXT NOT NULL,
	filled TEXT NOT NULL,
	denials TEXT NOT NULL,
	wire TEXT,
	venue_order_id TEXT,
	sent_at TEXT,
	updated_at TEXT NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (ticket_digest, leg),
	UNIQUE (client_order_id)
)
 STRICT
;;
CREATE INDEX ix_orders_state ON orders (state)
;;
CREATE INDEX ix_orders_symbol ON orders (symbol)
;;
CREATE TRIGGER orders_fixed BEFORE UPDATE OF n, client_order_id, ticket_digest, leg, account_id, venue, symbol, side, quantity, limit_price, wire ON orders BEGIN SELECT RAISE(ABORT, 'orders: these columns are fixed'); END
;;
CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'orders: rows stay'); END
;;
CREATE TABLE quotes (
	symbol TEXT NOT NULL,
	bid TEXT NOT NULL,
	ask TEXT NOT NULL,
	time TEXT NOT NULL,
	PRIMARY KEY (symbol)
)
 STRICT
;;
CREATE TABLE feeds (
	symbol TEXT NOT NULL,
	dataset_id TEXT NOT NULL,
	bar_opened_at TEXT,
	until TEXT NOT NULL,
	PRIMARY KEY (symbol)
)
 STRICT
;;
CREATE TABLE cursors (
	name TEXT NOT NULL,
	value INTEGER NOT NULL,
	PRIMARY KEY (name)
)
 STRICT
;;
CREATE TABLE heartbeats (
	id INTEGER NOT NULL CHECK (id = 1),
	at TEXT NOT NULL,
	PRIMARY KEY (id)
)
 STRICT
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
CREATE TABLE fills (
	n INTEGER NOT NULL,
	venue TEXT NOT NULL,
	account_id TEXT NOT NULL,
	symbol TEXT NOT NULL,
	venue_trade_id TEXT NOT NULL,
	client_order_id TEXT NOT NULL,
	ticket_digest TEXT NOT NULL,
	side TEXT NOT NULL,
	quantity TEXT NOT NULL,
	price TEXT NOT NULL,
	fee TEXT NOT NULL,
	fee_asset TEXT NOT NULL,
	venue_time TEXT NOT NULL,
	received_at TEXT NOT NULL,
	PRIMARY KEY (n),
	UNIQUE (venue, account_id, symbol, venue_trade_id),
	FOREIGN KEY(client_order_id) REFERENCES orders (client_order_id)
)
 STRICT
;;
CREATE INDEX ix_fills_client_order_id ON fills (client_order_id)
;;
CREATE TRIGGER fills_no_update BEFORE UPDATE ON fills BEGIN SELECT RAISE(ABORT, 'fills: append-only'); END
;;
CREATE TRIGGER fills_no_delete BEFORE DELETE ON fills BEGIN SELECT RAISE(ABORT, 'fills: append-only'); END
;;
