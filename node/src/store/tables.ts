import { Batches } from "./batches.ts";
import { BatchBundles, Bundles } from "./bundles.ts";
import { Blocks, Cursors, ScannedBlocks } from "./chain-positions.ts";
import { Challenges } from "./challenges.ts";
import type { SqlDatabase } from "./database.ts";
import { Disputes } from "./disputes.ts";
import { Duties } from "./duties.ts";
import { Executions } from "./executions.ts";
import { Fires } from "./fires.ts";
import { Intents } from "./intents.ts";
import { Meta } from "./meta.ts";
import { Preimages, Rounds } from "./rounds.ts";
import { Effects, Runs } from "./runs.ts";
import type { Reads } from "./table.ts";
import { Ticks } from "./ticks.ts";
import { Transactions } from "./transactions.ts";
import { Undo } from "./undo.ts";
import { Commitments, Verdicts } from "./verdicts.ts";

import { Witnessed, WitnessReceipts } from "./witnessed.ts";

/** Every table of the store, to read and to write. */
export interface Tables {
  readonly meta: Meta;
  readonly cursors: Cursors;
  readonly blocks: Blocks;
  readonly intents: Intents;
  readonly executions: Executions;
  readonly batches: Batches;
  readonly runs: Runs;
  readonly effects: Effects;
  readonly bundles: Bundles;
  readonly batchBundles: BatchBundles;
  readonly rounds: Rounds;
  readonly preimages: Preimages;
  readonly duties: Duties;
  readonly commitments: Commitments;
  readonly verdicts: Verdicts;
  readonly disputes: Disputes;
  readonly challenges: Challenges;
  readonly fires: Fires;
  readonly ticks: Ticks;
  readonly transactions: Transactions;
  readonly scannedBlocks: ScannedBlocks;
  readonly undo: Undo;
  readonly witnessed: Witnessed;
  readonly witnessReceipts: WitnessReceipts;
}

export type TableName = keyof Tables;

/** The tables without what writes. */
export type ReadTables = { readonly [T in TableName]: Reads<Tables[T]> };

export function createTables(database: SqlDatabase): Tables {
  return {
    meta: new Meta(database),
    cursors: new Cursors(database),
    blocks: new Blocks(database),
    intents: new Intents(database),
    executions: new Executions(database),
    batches: new Batches(database),
    runs: new Runs(database),
    effects: new Effects(database),
    bundles: new Bundles(database),
    batchBundles: new BatchBundles(database),
    rounds: new Rounds(database),
    preimages: new Preimages(database),
    duties: new Duties(database),
    commitments: new Commitments(database),
    verdicts: new Verdicts(database),
    disputes: new Disputes(database),
    challenges: new Challenges(database),
    fires: new Fires(database),
    ticks: new Ticks(database),
    transactions: new Transactions(database),
    scannedBlocks: new ScannedBlocks(database),
    undo: new Undo(database),
    witnessed: new Witnessed(database),
    witnessReceipts: new WitnessReceipts(database),
  };
}
