import type { Hex } from "@deed/protocol/encoding";
import { decodeLedgerLog } from "../ledger/decode.ts";
import type { EventOf, LedgerFact } from "../ledger/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { findLogs, type LogQuery, type PlacedLog, topicOf } from "./find-logs.ts";

/** What is to be shown of the ledger. */
export interface Wanted {
  readonly intentHashes: readonly Hex[];
  readonly batchNos: readonly number[];
  readonly executionIds: readonly Hex[];
  readonly toBlock: number;
}

/** All logs that an audit of the wanted executions reads (spec 11). Errors: RpcError. */
export async function collectLogs(ledger: Ledger, wanted: Wanted): Promise<readonly PlacedLog[]> {
  const find = (query: LogQuery) => findLogs(ledger, query, wanted.toBlock);
  const batches = unique(wanted.batchNos).map(topicOf);
  const ofBatches = (
    event: "Claimed" | "Reclaimed" | "Recorded" | "Finalised" | "ExecutionSettled",
  ) => find({ contract: "executions", event, topic: 1, values: batches });
  const executionIds = unique(wanted.executionIds);
  const ofGateway = (event: "Acted" | "ActionReverted" | "ActionAdopted") =>
    find({ contract: "gateway", event, topic: 1, values: executionIds });
  const [registered, claimed, reclaimed, recorded, finalised, settled, ...actions] =
    await Promise.all([
      find({
        contract: "intents",
        event: "Registered",
        topic: 2,
        values: unique(wanted.intentHashes),
      }),
      ofBatches("Claimed"),
      ofBatches("Reclaimed"),
      ofBatches("Recorded"),
      ofBatches("Finalised"),
      ofBatches("ExecutionSettled"),
      ofGateway("Acted"),
      ofGateway("ActionReverted"),
      ofGateway("ActionAdopted"),
    ]);
  const around = await aroundBatches(find, {
    claims: [
      ...decodeAll(ledger, claimed, "Claimed"),
      ...decodeAll(ledger, reclaimed, "Reclaimed"),
    ],
    records: decodeAll(ledger, recorded, "Recorded"),
    verdicts: decodeAll(ledger, finalised, "Finalised"),
  });
  const own = [...registered, ...claimed, ...reclaimed, ...recorded, ...finalised, ...settled];
  return [...own, ...actions.flat(), ...around];
}

interface BatchFacts {
  readonly claims: readonly (EventOf<"Claimed"> | EventOf<"Reclaimed">)[];
  readonly records: readonly EventOf<"Recorded">[];
  readonly verdicts: readonly EventOf<"Finalised">[];
}

/** Generations, nodes and rounds that the batches name. */
async function aroundBatches(
  find: (query: LogQuery) => Promise<readonly PlacedLog[]>,
  { claims, records, verdicts }: BatchFacts,
): Promise<readonly PlacedLog[]> {
  const generations = unique(claims.map(({ generation }) => generation));
  const seats = verdicts.flatMap((verdict) => verdict.seats.map(({ nodeNo }) => nodeNo));
  const nodes = unique([...claims.map(({ nodeNo }) => nodeNo), ...seats]);
  const named = [...records, ...verdicts].map(({ round }) => round);
  const rounds = unique(named).filter((round) => round > 0);
  const closed = unique([...rounds, ...rounds.map((round) => round - 1)]).filter((no) => no > 0);
  const values = (numbers: readonly number[]) => numbers.map(topicOf);
  const found = await Promise.all([
    find({
      contract: "registry",
      event: "GenerationOpened",
      topic: 1,
      values: values(generations),
    }),
    find({ contract: "registry", event: "NodeAdded", topic: 1, values: values(nodes) }),
    find({ contract: "registry", event: "KeysRotated", topic: 1, values: values(nodes) }),
    find({ contract: "beacon", event: "RoundClosed", topic: 1, values: values(closed) }),
    find({ contract: "beacon", event: "PreimagesRevealed", topic: 1, values: values(rounds) }),
  ]);
  return found.flat();
}

function decodeAll<Name extends LedgerFact["name"]>(
  ledger: Ledger,
  logs: readonly PlacedLog[],
  name: Name,
): readonly EventOf<Name>[] {
  return logs
    .map((log) => decodeLedgerLog(ledger.deployment, log))
    .filter((event): event is EventOf<Name> => event?.name === name);
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
