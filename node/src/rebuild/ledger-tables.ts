import type { ReadTables, TableName } from "../store/tables.ts";

/** A row as it is compared. */
export type ComparedRow = object;

/** What the ledger says of one table. */
export interface LedgerTable {
  readonly name: TableName;
  /** Fields that name a row, in the order of comparison. */
  readonly key: readonly string[];
  /** Columns that are the node's own, by their reason. */
  readonly own: Readonly<Record<string, string>>;
  /** Rows that a node holds before they stand on the ledger; null where there are none. */
  readonly early: string | null;
  rows(read: ReadTables): readonly ComparedRow[];
}

const ITS_CLOCK = "the node's clock";
const ITS_PROCESS = "a process's mark";
const ITS_SIGHT = "what the node saw itself: its owner's fire, the trigger chain's log";
const ITS_VOTE = "the node's own vote, secret until it is revealed";
const ITS_PLAN = "when this node may claim";

/** Everything that events decide. */
export const LEDGER_TABLES: readonly LedgerTable[] = [
  {
    name: "cursors",
    key: ["chainId"],
    own: {},
    early: null,
    rows: (read) => read.cursors.select("1"),
  },
  {
    name: "intents",
    key: ["intentNo"],
    own: {},
    early: null,
    rows: (read) => read.intents.select("1"),
  },
  {
    name: "batches",
    key: ["batchNo"],
    own: { submittedBy: ITS_PROCESS, updatedMs: ITS_CLOCK },
    early: null,
    rows: (read) => read.batches.select("1"),
  },
  {
    name: "executions",
    key: ["executionId"],
    own: {
      payload: ITS_SIGHT,
      seenBlock: ITS_SIGHT,
      nextRankAtMs: ITS_PLAN,
      reason: "why this node does not run it",
      createdMs: ITS_CLOCK,
      updatedMs: ITS_CLOCK,
    },
    early: null,
    rows: (read) => read.executions.select("batch_no IS NOT NULL").map(ofExecution),
  },
  {
    name: "rounds",
    key: ["round"],
    own: {},
    early: null,
    rows: (read) => read.rounds.select("1"),
  },
  {
    name: "preimages",
    key: ["round", "operatorNo"],
    own: {},
    early: "peers give them to each other before the round closes",
    rows: (read) => read.preimages.select("1"),
  },
  {
    name: "verdicts",
    key: ["batchNo", "draw", "nodeNo"],
    own: { receivedMs: ITS_CLOCK },
    early: "a committee exchanges them before one of it posts them",
    rows: (read) => read.verdicts.select("1"),
  },
  {
    name: "challenges",
    key: ["batchNo"],
    own: { updatedMs: ITS_CLOCK },
    early: null,
    rows: (read) => read.challenges.select("1"),
  },
  {
    name: "disputes",
    key: ["disputeNo"],
    own: {
      myFault: ITS_VOTE,
      myLeaf: ITS_VOTE,
      myReportHash: ITS_VOTE,
      mySalt: ITS_VOTE,
      myCommitment: ITS_VOTE,
      auditSeq: ITS_VOTE,
      auditHead: ITS_VOTE,
      signature: ITS_VOTE,
      updatedMs: ITS_CLOCK,
    },
    early: null,
    rows: (read) => read.disputes.select("1").map(ofDispute),
  },
];

/** Tables that no event fills, by their reason. */
export const OWN_TABLES: Readonly<Partial<Record<TableName, string>>> = {
  meta: "how far this node has looked at trigger chains",
  blocks: "which blocks this node has read",
  scannedBlocks: "which blocks of trigger chains this node has looked at",
  ticks: "how far this node has looked up each schedule's ticks",
  undo: "how to take the last blocks back, should the ledger replace them",
  runs: "what this node's processes began and ended",
  effects: "what this node's runs asked and were answered",
  bundles: "this node's transcripts; the ledger has their hashes, peers have copies",
  batchBundles: "copies of other nodes' transcripts, fetched again from peers",
  duties: "this node's seats: drawn anew from the rounds; its reports are its own",
  commitments: "exchanged between the seats of a committee, and replaced by their verdicts",
  fires: "signed by owners and passed between nodes; a claim has their hash and signature",
  transactions: "this node's outbox: bytes that its action key signed",
  witnessed: "checkpoints that peers showed this node between those on the ledger",
  witnessReceipts: "countersignatures that peers gave this node",
};

const ON_LEDGER: ReadonlySet<string> = new Set(["recorded", "final", "void"]);

interface ExecutionFacts {
  readonly state: string;
}

// Between claim and record, and after a lost lease, the state says what this node does about it.
function ofExecution<Row extends ExecutionFacts>(row: Row): ComparedRow {
  if (ON_LEDGER.has(row.state)) return row;
  const own = { attempt: null, status: null, transcriptRoot: null, bundleSha256: null };
  return { ...row, ...own, record: null, state: "held" };
}

// An open dispute's further states are those of this node's vote.
function ofDispute<Row extends { readonly state: string }>(row: Row): ComparedRow {
  const isVoting = row.state === "committed" || row.state === "revealed";
  return isVoting ? { ...row, state: "open" } : row;
}
