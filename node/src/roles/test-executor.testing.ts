import { bundleText } from "@deed/protocol/bundle";
import {
  bytesToHex,
  type ClaimEntry,
  denseOccurrenceId,
  domainSeparator,
  encodeRecord,
  executionId,
  type Hex,
  type Intent,
  intentDigest,
  keccak256,
  packEntries,
  TRIGGER_KINDS,
  utf8Bytes,
  wordHex,
  ZERO_ADDRESS,
} from "@deed/protocol/encoding";
import { tickTerms } from "@deed/protocol/intent";
import type { Plan } from "@deed/protocol/plan";
import { type Occurrence, type RunOutcome, run } from "@deed/protocol/runtime";
import { transcriptOf } from "@deed/protocol/transcript";
import { decodeLedgerLog, type EventOf } from "@deed/sdk";
import { privateKeyToAccount, sign } from "viem/accounts";
import type { BatchRow } from "../store/batches.ts";
import type { MinedReceipt } from "./anvil.testing.ts";
import { sendOk } from "./test-ledger.testing.ts";
import type { TestNetwork } from "./test-network.testing.ts";

const OWNER_KEY = wordHex(77);
export const OWNER = privateKeyToAccount(OWNER_KEY).address.toLowerCase() as Hex;

export interface TestIntent {
  readonly intentNo: number;
  readonly intentHash: Hex;
  readonly plan: Plan;
  readonly startSec: number;
}

export interface RegisterOptions {
  /** In place of the plan's JSON. */
  readonly yaml?: Uint8Array;
  /** In place of the plan's, with nothing that ticks. */
  readonly kind?: number;
  readonly maxExecutions?: number;
  readonly perHour?: number;
  readonly name?: string;
  readonly nonce?: bigint;
  readonly owner?: Hex;
  /** Left out, a word: only the gateway asks for more. */
  readonly planRoot?: Hex;
}

/** Registers an intent whose "YAML" is its plan. */
export async function register(
  network: TestNetwork,
  plan: Plan,
  options: RegisterOptions = {},
): Promise<TestIntent> {
  const { chain, clock } = network;
  const yaml = options.yaml ?? utf8Bytes(JSON.stringify(plan));
  const { kind: trigger } = plan.trigger;
  const kind = options.kind ?? TRIGGER_KINDS[trigger === "composite" ? "event" : trigger];
  const none = { start: 0, period: 0, catchUp: 0 };
  const intent: Intent = {
    owner: options.owner ?? OWNER,
    revoker: ZERO_ADDRESS,
    name: options.name ?? plan.name,
    summary: plan.summary,
    yamlHash: keccak256(bytesToHex(yaml)),
    planRoot: options.planRoot ?? wordHex(1),
    runtime: 1,
    kind,
    leaseClass: 4,
    ...(options.kind === undefined ? tickTerms(plan.trigger) : none),
    validUntilSec: Math.floor(clock.nowMs() / 1000) + 100_000,
    maxExecutions: options.maxExecutions ?? 1_000_000,
    perHour: options.perHour ?? 0,
    nonce: options.nonce ?? BigInt(clock.nowMs()),
    permissions: [],
  };
  const { chainId, intents } = chain.deployment;
  const digest = intentDigest(intent, domainSeparator({ chainId, verifyingContract: intents }));
  const signature = await sign({ hash: digest, privateKey: OWNER_KEY, to: "hex" });
  const call = chain.calls.register(intent, signature, bytesToHex(yaml));
  const receipt = await sendOk(chain, chain.council, call);
  const event = eventIn<"Registered">(network, receipt, "Registered");
  const block = await chain.ledger.block(Number(receipt.blockNumber));
  network.changed();
  const { intentNo, intentHash } = event;
  return { intentNo, intentHash, plan, startSec: block!.timestampSec };
}

/** One event of a receipt. */
export function eventIn<Name extends "Registered" | "Claimed" | "Recorded">(
  network: TestNetwork,
  receipt: MinedReceipt,
  name: Name,
): EventOf<Name> {
  const events = receipt.logs.map((log) => decodeLedgerLog(network.chain.deployment, log));
  const found = events.find((event) => event?.name === name);
  if (found == null) throw new TypeError(`no ${name}`);
  return found as EventOf<Name>;
}

/** Claims entries in a node's name. @returns the number of the batch. */
export async function claim(
  network: TestNetwork,
  nodeNo: number,
  entries: readonly ClaimEntry[] | Hex,
  kind = 2,
): Promise<number> {
  const { chain } = network;
  const items = typeof entries === "string" ? entries : packEntries(entries);
  const from = chain.keys[nodeNo - 1]!.actionKey;
  const receipt = await sendOk(chain, from, chain.calls.claim(kind, 4, items));
  network.changed();
  return eventIn(network, receipt, "Claimed").batchNo;
}

/** Ticks of an intent, as a claim has them. */
export function ticks(intent: TestIntent, ordinals: readonly number[]): readonly ClaimEntry[] {
  const { intentNo } = intent;
  return ordinals.map((ordinal) => ({ kind: "interval", intentNo, ordinal }));
}

/** What an executor does wrong on purpose, by position. */
export interface ExecutorMisdeeds {
  readonly tamper?: (outcome: RunOutcome, index: number) => RunOutcome;
  /** In place of the 128 bytes. */
  readonly garble?: (record: Hex, index: number) => Hex;
  /** Positions that it leaves out. */
  readonly omit?: ReadonlySet<number>;
  /** Keeps the bundle to itself. */
  readonly withhold?: boolean;
}

/** Runs every position of a batch, records it and hands the bundle to its keepers. */
export async function execute(
  network: TestNetwork,
  intent: TestIntent,
  batchNo: number,
  misdeeds: ExecutorMisdeeds = {},
): Promise<void> {
  const { chain } = network;
  const batch = await claimedBatch(network, batchNo);
  const bundles: string[] = [];
  let records: Hex = "0x";
  let posted = 0n;
  for (const [index, item] of batch.items.entries()) {
    if (misdeeds.omit?.has(index)) continue;
    posted |= 1n << BigInt(index);
    const outcome = await runTick(network, intent, batch, item.ordinal);
    const told = misdeeds.tamper?.(outcome, index) ?? outcome;
    const { text, record } = recordOf(intent, item, told);
    bundles.push(text);
    records += (misdeeds.garble?.(record, index) ?? record).slice(2);
  }
  const signer = chain.keys[batch.nodeNo - 1]!.signer();
  const { items } = batch;
  const signed = await signer.recordBatch({ batchNo, items, posted, records });
  const keepers = [0, 1, 2].map((step) => ((batch.nodeNo - 1 + step) % chain.keys.length) + 1);
  const by = new Set(misdeeds.withhold ? [] : keepers);
  network.bundles.set(batchNo, { body: utf8Bytes(`${bundles.join("\n")}\n`), by });
  const { auditSeq, auditHead, signature } = signed;
  const call = { batchNo, posted, auditSeq, auditHead, records, signature };
  await sendOk(chain, chain.council, chain.calls.record(call));
  network.changed();
}

async function claimedBatch(network: TestNetwork, batchNo: number): Promise<BatchRow> {
  const read = () => network.nodes[0]!.store.read.batches.get({ batchNo });
  await network.until(`batch ${batchNo} is known`, () => read() !== null, 5);
  return read()!;
}

async function runTick(
  network: TestNetwork,
  intent: TestIntent,
  batch: BatchRow,
  ordinal: number,
): Promise<RunOutcome> {
  const { kind } = intent.plan.trigger;
  if (kind !== "interval" && kind !== "cron") throw new TypeError(`no ticks of kind ${kind}`);
  const occurrenceId = denseOccurrenceId(kind, ordinal);
  const { period } = tickTerms(intent.plan.trigger);
  const occurrence: Occurrence = {
    executionId: executionId(network.chain.deployment, intent.intentHash, occurrenceId),
    occurrenceId,
    nowSec: kind === "cron" ? ordinal * 60 : intent.startSec + ordinal * period,
    payload: { kind, ordinal },
  };
  const head = await network.chain.ledger.head();
  const anchor = { number: head.number, hash: head.hash };
  const startedMs = network.clock.nowMs();
  const attempt = batch.items.find((item) => item.ordinal === ordinal)?.attempt ?? 1;
  const steps = run(intent.plan, occurrence, { attempt, startedMs, anchor });
  let next = steps.next();
  while (next.done !== true) {
    const output = { status: 200, headers: {}, body: "pong" };
    next = steps.next({ status: 0, output, startedMs, endedMs: startedMs, anchor });
  }
  return next.value;
}

function recordOf(
  intent: TestIntent,
  item: { readonly executionId: Hex; readonly attempt: number },
  { leaves, status }: RunOutcome,
): { readonly text: string; readonly record: Hex } {
  const { executionId: name, attempt } = item;
  const { intentHash } = intent;
  const transcript = transcriptOf({ executionId: name, attempt }, leaves);
  const { text, sha256 } = bundleText({
    bundle: "deed.bundle.1",
    executionId: name,
    intentHash,
    attempt,
    runtime: 1,
    leaves,
  });
  const record = encodeRecord({
    transcriptRoot: transcript.root,
    bundleSha256: sha256,
    status,
    sandbox: "process",
    adapter: "process",
    runtime: 1,
    leafCount: leaves.length,
    attempt,
    startedMs: leaves[0]?.startedMs ?? 0,
    endedMs: leaves.at(-1)?.endedMs ?? 0,
    feeGwei: 0n,
    bundleBytes: utf8Bytes(text).length,
  });
  return { text, record: bytesToHex(record) };
}
