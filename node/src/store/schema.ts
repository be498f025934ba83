import type { Migration } from "./migrate.ts";

// Hashes, keys and signatures are lower-case hexadecimal text; payloads are bytes; times say their unit.
const FIRST = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE cursors (
  chain_id INTEGER PRIMARY KEY, block_number INTEGER NOT NULL, block_hash TEXT NOT NULL
) STRICT;
CREATE TABLE blocks (
  chain_id INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, time_sec INTEGER NOT NULL,
  PRIMARY KEY (chain_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
  intent_no INTEGER PRIMARY KEY, intent_hash TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
  name TEXT NOT NULL, yaml TEXT NOT NULL, plan TEXT, plan_root TEXT NOT NULL,
  kind INTEGER NOT NULL, lease_class INTEGER NOT NULL, runtime INTEGER NOT NULL,
  valid_until_sec INTEGER NOT NULL, start_sec INTEGER NOT NULL, period_sec INTEGER NOT NULL,
  state TEXT NOT NULL, refusal TEXT, registered_block INTEGER NOT NULL, registered_tx TEXT NOT NULL,
  revoked_block INTEGER, intent TEXT NOT NULL, signature TEXT NOT NULL
) STRICT;
CREATE INDEX intents_by_state ON intents (state, kind);
CREATE INDEX intents_by_owner ON intents (owner, intent_no);

CREATE TABLE executions (
  execution_id TEXT PRIMARY KEY, intent_no INTEGER NOT NULL, intent_hash TEXT NOT NULL,
  occurrence_id TEXT NOT NULL, kind INTEGER NOT NULL, lease_class INTEGER NOT NULL,
  ordinal INTEGER NOT NULL, t0_sec INTEGER NOT NULL, payload TEXT NOT NULL, seen_block INTEGER,
  state TEXT NOT NULL, reason TEXT, attempt INTEGER NOT NULL,
  batch_no INTEGER, batch_index INTEGER, holder_node INTEGER,
  due_at_ms INTEGER NOT NULL, next_rank_at_ms INTEGER,
  status INTEGER, transcript_root TEXT, bundle_sha256 TEXT, record TEXT,
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX executions_by_rank ON executions (state, next_rank_at_ms);
CREATE INDEX executions_by_due ON executions (state, due_at_ms);
CREATE INDEX executions_by_batch ON executions (batch_no, batch_index);
CREATE INDEX executions_by_intent ON executions (intent_no, t0_sec);

CREATE TABLE batches (
  batch_no INTEGER PRIMARY KEY, node_no INTEGER NOT NULL, generation INTEGER NOT NULL,
  deadline_sec INTEGER NOT NULL, kind INTEGER NOT NULL, lease_class INTEGER NOT NULL,
  count INTEGER NOT NULL, items TEXT NOT NULL, items_root TEXT NOT NULL, status TEXT NOT NULL,
  mine INTEGER NOT NULL, submitted_by TEXT, claim_block INTEGER NOT NULL, claim_tx TEXT NOT NULL,
  posted TEXT NOT NULL, record_root TEXT, records BLOB, record_block INTEGER,
  record_block_hash TEXT, record_audit_seq INTEGER, record_audit_head TEXT, record_signature TEXT,
  round INTEGER, draw INTEGER NOT NULL, pending TEXT NOT NULL, disputed TEXT NOT NULL,
  voided TEXT NOT NULL, settled_block INTEGER, updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX batches_by_status ON batches (status, deadline_sec);
CREATE INDEX batches_by_round ON batches (round);
CREATE INDEX batches_mine ON batches (mine, status);

CREATE TABLE runs (
  execution_id TEXT NOT NULL, attempt INTEGER NOT NULL, batch_no INTEGER NOT NULL,
  state TEXT NOT NULL, process_id TEXT NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,
  PRIMARY KEY (execution_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE TABLE effects (
  execution_id TEXT NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL, try INTEGER NOT NULL,
  state TEXT NOT NULL, request TEXT NOT NULL, result TEXT, process_id TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  PRIMARY KEY (execution_id, attempt, step, try)
) STRICT, WITHOUT ROWID;

CREATE TABLE bundles (
  execution_id TEXT NOT NULL, attempt INTEGER NOT NULL, sha256 TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (execution_id, attempt)
) STRICT;
CREATE TABLE batch_bundles (
  batch_no INTEGER PRIMARY KEY, complete INTEGER NOT NULL, from_node INTEGER NOT NULL,
  received_ms INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;

CREATE TABLE rounds (
  round INTEGER PRIMARY KEY, open_block INTEGER, seed TEXT, closed_at_sec INTEGER,
  closed_block INTEGER
) STRICT;
CREATE TABLE preimages (
  round INTEGER NOT NULL, operator_no INTEGER NOT NULL, preimage TEXT NOT NULL,
  PRIMARY KEY (round, operator_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE duties (
  batch_no INTEGER NOT NULL, draw INTEGER NOT NULL, seat INTEGER NOT NULL,
  operator_no INTEGER NOT NULL, seats TEXT NOT NULL, round INTEGER NOT NULL, state TEXT NOT NULL,
  due_at_ms INTEGER NOT NULL, fault TEXT, unable TEXT, report TEXT, report_hash TEXT, salt TEXT,
  commitment TEXT, commitments_hash TEXT, audit_seq INTEGER, audit_head TEXT, signature TEXT,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (batch_no, draw)
) STRICT, WITHOUT ROWID;
CREATE INDEX duties_by_state ON duties (state, due_at_ms);
CREATE TABLE commitments (
  batch_no INTEGER NOT NULL, draw INTEGER NOT NULL, node_no INTEGER NOT NULL,
  commitment TEXT NOT NULL, audit_seq INTEGER NOT NULL, audit_head TEXT NOT NULL,
  signature TEXT NOT NULL, received_ms INTEGER NOT NULL,
  PRIMARY KEY (batch_no, draw, node_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE verdicts (
  batch_no INTEGER NOT NULL, draw INTEGER NOT NULL, node_no INTEGER NOT NULL,
  record_block_hash TEXT NOT NULL, commitments_hash TEXT NOT NULL, fault TEXT NOT NULL,
  unable TEXT NOT NULL, report TEXT NOT NULL, report_hash TEXT NOT NULL, salt TEXT NOT NULL,
  audit_seq INTEGER NOT NULL, audit_head TEXT NOT NULL, signature TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (batch_no, draw, node_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE disputes (
  dispute_no INTEGER PRIMARY KEY, batch_no INTEGER NOT NULL, batch_index INTEGER NOT NULL,
  leaf INTEGER NOT NULL, fault INTEGER NOT NULL, accused_no INTEGER NOT NULL,
  reporter_no INTEGER NOT NULL, generation INTEGER NOT NULL, opened_block INTEGER NOT NULL,
  state TEXT NOT NULL, response_ends_sec INTEGER NOT NULL, commit_ends_sec INTEGER NOT NULL,
  reveal_ends_sec INTEGER NOT NULL, my_guilty INTEGER, my_leaf INTEGER, my_report_hash TEXT,
  my_salt TEXT, my_commitment TEXT, audit_seq INTEGER, audit_head TEXT, signature TEXT,
  guilty INTEGER, innocent INTEGER, slashed_wei TEXT, updated_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX disputes_by_place ON disputes (batch_no, batch_index);
CREATE INDEX disputes_by_state ON disputes (state);

CREATE TABLE fires (
  intent_hash TEXT NOT NULL, ordinal INTEGER NOT NULL, input TEXT NOT NULL, input_hash TEXT NOT NULL,
  fired_at_sec INTEGER NOT NULL, valid_until_sec INTEGER NOT NULL, signature TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (intent_hash, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, purpose TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, sender TEXT NOT NULL,
  to_address TEXT NOT NULL, calldata TEXT NOT NULL, value_wei TEXT NOT NULL, gas INTEGER,
  nonce INTEGER, raw TEXT, tx_hash TEXT, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  receipt TEXT, error TEXT, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE UNIQUE INDEX outbox_by_nonce ON outbox (sender, nonce) WHERE nonce IS NOT NULL;
`;

// A transaction whose fees were raised, or that was burnt, may be mined in any of its versions.
const SENT_HASHES = `ALTER TABLE outbox ADD COLUMN sent_hashes TEXT NOT NULL DEFAULT '[]';`;

// Only what is due is ever looked for by its time: the rest need not be in the index.
const RANK_OF_DUE = `
DROP INDEX executions_by_rank;
CREATE INDEX executions_by_rank ON executions (state, next_rank_at_ms) WHERE state = 'due';
`;

// A vote names the fault that its voter found, and the outcome the one that the voters found together.
const FOUND_FAULTS = `
ALTER TABLE disputes DROP COLUMN my_guilty;
ALTER TABLE disputes ADD COLUMN my_fault INTEGER;
ALTER TABLE disputes ADD COLUMN found_fault INTEGER;
ALTER TABLE disputes ADD COLUMN found_leaf INTEGER;
`;

// Schedules tick in seconds or in blocks, and say how much of what was missed they catch up.
const SCHEDULES = `
ALTER TABLE intents RENAME COLUMN start_sec TO start;
ALTER TABLE intents RENAME COLUMN period_sec TO period;
ALTER TABLE intents ADD COLUMN catch_up INTEGER NOT NULL DEFAULT 0;
`;

// Who demands bundles on the ledger, and which were given.
const CHALLENGES = `
CREATE TABLE challenges (
  batch_no INTEGER PRIMARY KEY, challenger_no INTEGER NOT NULL, asked TEXT NOT NULL,
  open TEXT NOT NULL, answer_ends_sec INTEGER NOT NULL, ended INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_open ON challenges (answer_ends_sec) WHERE ended = 0;
`;

// A reorganisation takes back what the ledger's last blocks changed, and what was seen in those of other chains.
const ROLL_BACK = `
DROP TABLE blocks;
CREATE TABLE blocks (
  chain_id INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (chain_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE scanned_blocks (
  scan TEXT NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (scan, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE undo (
  id INTEGER PRIMARY KEY, block_number INTEGER NOT NULL, table_name TEXT NOT NULL,
  row_key TEXT NOT NULL, image TEXT
) STRICT;
CREATE INDEX undo_by_block ON undo (block_number);
`;

// How far each schedule's ticks were looked up: a start looks at what came since.
const TICKS =
  "CREATE TABLE ticks (intent_no INTEGER PRIMARY KEY, ordinal INTEGER NOT NULL) STRICT;";

// What nodes show each other of their signers' logs, and what they countersigned.
const WITNESSED = `
CREATE TABLE witnessed (
  node_no INTEGER NOT NULL, audit_seq INTEGER NOT NULL, digest TEXT NOT NULL,
  checkpoint TEXT NOT NULL, signature TEXT NOT NULL, duty_key TEXT NOT NULL, contradicts INTEGER NOT NULL,
  received_ms INTEGER NOT NULL, receipt_ms INTEGER, receipt_signature TEXT,
  PRIMARY KEY (node_no, audit_seq, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE witness_receipts (
  audit_seq INTEGER NOT NULL, witness_no INTEGER NOT NULL, digest TEXT NOT NULL,
  at_ms INTEGER NOT NULL, signature TEXT NOT NULL,
  PRIMARY KEY (audit_seq, witness_no)
) STRICT, WITHOUT ROWID;
`;

/** Every step of the schema, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  { to: 1, sql: FIRST },
  { to: 2, sql: SENT_HASHES },
  { to: 3, sql: RANK_OF_DUE },
  { to: 4, sql: FOUND_FAULTS },
  { to: 5, sql: SCHEDULES },
  { to: 6, sql: CHALLENGES },
  { to: 7, sql: ROLL_BACK },
  { to: 8, sql: TICKS },
  { to: 9, sql: WITNESSED },
];
