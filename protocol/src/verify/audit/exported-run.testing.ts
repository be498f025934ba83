import { bundleText } from "../../bundle/bundle-text.ts";
import type { ExportedRun } from "../../bundle/run.ts";
import { jsonHash } from "../../encoding/canonical-json.ts";
import { recordBatchDigest } from "../../encoding/duty-structures.ts";
import { denseOccurrenceId, executionId } from "../../encoding/execution-id.ts";
import { keccak256, keccakText } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import { type BatchItem, type ClaimEntry, itemLeaf, packEntries } from "../../encoding/item.ts";
import { merklePath, merkleRoot } from "../../encoding/merkle.ts";
import { fireDigest, type Intent, intentDigest } from "../../encoding/owner-structures.ts";
import { encodeRecord, recordRoot } from "../../encoding/record.ts";
import { utf8Bytes } from "../../encoding/utf8.ts";
import { ZERO_ADDRESS } from "../../encoding/word.ts";
import { compileWorkflow } from "../../intent/compile.ts";
import { buildIntent } from "../../intent/intent-message.ts";
import { options, workflow } from "../../intent/workflow.testing.ts";
import type { Plan } from "../../plan/plan.ts";
import { planRoots } from "../../plan/plan-root.ts";
import type { EffectRequest, EffectResult, Occurrence } from "../../runtime/effect.ts";
import { type Answer, resultOf } from "../../runtime/run.testing.ts";
import { type RunOutcome, run } from "../../runtime/run.ts";
import { transcriptOf } from "../../transcript/transcript.ts";
import type { Lies } from "./lies.testing.ts";
import { mineNetwork, mineSettlement, mineVerdicts } from "./mine-verdicts.testing.ts";
import {
  addressOf,
  chainId,
  dutyKey,
  EXECUTOR,
  separator,
  sign,
  T0,
} from "./synthetic-keys.testing.ts";
import { contracts, logOf, SyntheticLedger } from "./synthetic-ledger.testing.ts";

export const yaml: string = workflow({
  on: "on: { manual: {} }",
  steps: `steps:
  - id: ask
    http: { method: GET, url: "https://example.com/price" }
  - id: pay
    if: steps.ask.body.usd < 3000
    call:
      to: "0x5FbDB2315678afecb367f032d93F642f64180aa3"
      function: "ping()"
    accept: recorded`,
});

/** The compiler as an auditor gives it. */
export function compile(bytes: Uint8Array): Plan | null {
  const compiled = compileWorkflow(bytes, options);
  return compiled.ok ? compiled.plan : null;
}

/** A whole life of two executions on a synthetic ledger, exported. */
export function exportedRun(lies: Lies = {}): { run: ExportedRun; head: Hex } {
  const ledger = new SyntheticLedger();
  const plan = compile(utf8Bytes(yaml));
  if (plan === null) throw new Error("the workflow of this test does not compile");
  const compiled = compileWorkflow(yaml, options);
  const permissions = compiled.ok ? compiled.permissions : [];
  const intent = buildIntent(plan, permissions, {
    owner: addressOf("owner"),
    revoker: ZERO_ADDRESS,
    nonce: 5n,
    yamlHash: keccak256(utf8Bytes(yaml)),
    planRoot: planRoots(plan).planRoot,
  });
  const intentHash = intentDigest(intent, separator(contracts.intents));
  const seeds = mineNetwork(ledger);
  mineRotations(ledger, lies);
  mineIntent(ledger, intent, intentHash, lies);
  const fired = [1, 2].map((ordinal) => fire(intentHash, ordinal, lies));
  const items = fired.map(({ item }) => item);
  const entries = fired.map(({ entry }) => entry);
  if (lies.adopted === undefined) mineClaim(ledger, entries);
  const runs = fired.map(({ occurrence }) => execute(ledger, plan, occurrence, lies));
  if (lies.adopted !== undefined) mineLaterClaim(ledger, items, lies.adopted);
  const recorded = mineRecord(ledger, items, intentHash, runs, lies);
  mineVerdicts(ledger, seeds, recorded.blockHash, lies);
  if (lies.voided !== undefined) mineSettlement(ledger, lies.voided);
  const head = ledger.mine(T0 + 60, []).hash;
  const leaves = items.map((item) => itemLeaf(item));
  const exported: ExportedRun = {
    run: "deed.run.1",
    chainId,
    contracts,
    headers: ledger.headers,
    receipts: ledger.receipts,
    plans: { [intentHash]: plan },
    batches: [{ batchNo: 9, itemsRoot: merkleRoot(leaves) }],
    executions: fired.map(({ occurrence }, index) => ({
      executionId: occurrence.executionId,
      intentHash,
      batchNo: 9,
      index,
      itemPath: merklePath(leaves, index),
      occurrence,
      bundle: recorded.bundles[index]!,
    })),
  };
  return { run: JSON.parse(JSON.stringify(exported)) as ExportedRun, head };
}

function mineRotations(ledger: SyntheticLedger, { rotations = [] }: Lies): void {
  for (const { key, fromSec, announcedSec } of rotations) {
    const keys = [addressOf(key), addressOf("action")];
    const values = [BigInt(EXECUTOR + 100), ...keys, BigInt(T0 + 2 + fromSec), false];
    ledger.mine(T0 + 2 + announcedSec, [[logOf(contracts.registry, "KeysRotated", values)]]);
  }
}

function mineIntent(ledger: SyntheticLedger, intent: Intent, intentHash: Hex, lies: Lies): void {
  const permissions = intent.permissions.map(({ target, call, valueWei }) => [
    target,
    call,
    valueWei,
  ]);
  const numbers = [
    intent.runtime,
    intent.kind,
    intent.leaseClass,
    intent.start,
    intent.period,
    intent.catchUp,
    intent.validUntilSec,
    intent.maxExecutions,
    intent.perHour,
  ].map(BigInt);
  const { owner, revoker, name, summary, yamlHash, planRoot, nonce } = intent;
  const tuple = [owner, revoker, name, summary, yamlHash, planRoot, ...numbers, nonce, permissions];
  const signature = sign(intentHash, lies.intentSigner ?? "owner");
  const bytes = bytesToHex(utf8Bytes(yaml));
  const log = logOf(contracts.intents, "Registered", [
    4n,
    intentHash,
    owner,
    tuple,
    signature,
    bytes,
  ]);
  ledger.mine(T0 - 600, [[], [log]]);
}

interface Fired {
  readonly entry: ClaimEntry;
  readonly item: BatchItem;
  readonly occurrence: Occurrence;
}

function fire(intentHash: Hex, ordinal: number, lies: Lies): Fired {
  const input = { note: `fire ${ordinal}` };
  const inputHash = jsonHash(input);
  const fields = { ordinal, firedAtSec: T0, validUntilSec: T0 + 60 };
  const digest = fireDigest({ intentHash, inputHash, ...fields }, separator(contracts.intents));
  const signature = sign(digest, lies.fireSigner ?? "owner");
  const occurrenceId = denseOccurrenceId("manual", ordinal);
  const id = executionId({ chainId, executions: contracts.executions }, intentHash, occurrenceId);
  return {
    entry: { kind: "manual", intentNo: 4, inputHash, signature, ...fields },
    item: { executionId: id, intentNo: 4, attempt: attemptOf(lies), ordinal, t0Sec: T0 },
    occurrence: {
      executionId: id,
      occurrenceId,
      nowSec: T0,
      payload: { kind: "manual", input, signature, ...fields },
    },
  };
}

// The claim carries an entry that the ledger skipped, between the two that it took.
function mineClaim(ledger: SyntheticLedger, entries: readonly ClaimEntry[]): void {
  const items = packEntries([entries[0]!, { ...entries[0]!, intentNo: 77 }, entries[1]!]);
  const numbers = [9n, BigInt(EXECUTOR + 100), 1n, BigInt(T0 + 100), 3n, 4n, 0b101n];
  ledger.mine(T0 + 2, [[logOf(contracts.executions, "Claimed", [...numbers, items])]]);
}

const attemptOf = ({ adopted }: Lies): number => (adopted === undefined ? 1 : 2);

function mineLaterClaim(
  ledger: SyntheticLedger,
  items: readonly BatchItem[],
  { batchNo }: NonNullable<Lies["adopted"]>,
): void {
  const node = BigInt(EXECUTOR + 100);
  const tuples = items.map(({ executionId: id, intentNo, attempt, ordinal, t0Sec }) => [
    id,
    ...[intentNo, attempt, ordinal, t0Sec].map(BigInt),
  ]);
  const values = [9n, node, 1n, BigInt(T0 + 100), 3n, tuples];
  ledger.mine(T0 + 6, [[logOf(contracts.executions, "Reclaimed", values)]]);
  if (batchNo === null) return;
  const adopted = items.map(({ executionId: id }) =>
    logOf(contracts.gateway, "ActionAdopted", [id, 1n, node, BigInt(batchNo)]),
  );
  ledger.mine(T0 + 7, [adopted]);
}

function execute(
  ledger: SyntheticLedger,
  plan: Plan,
  occurrence: Occurrence,
  lies: Lies,
): RunOutcome {
  const anchor = { number: 0, hash: keccakText("anchor") };
  const going = run(plan, occurrence, {
    attempt: attemptOf(lies),
    startedMs: (T0 + 3) * 1000,
    anchor,
  });
  let step = going.next();
  while (step.done !== true) {
    const asked = step.value;
    if (asked.kind === "call") {
      step = going.next(mineCall(ledger, occurrence.executionId, asked, lies));
      continue;
    }
    const headers = { "content-type": "application/json" };
    const answer: Answer = { status: 200, headers, body: '{"usd":2500}' };
    step = going.next(resultOf(answer, (T0 + 4) * 1000, 0));
  }
  return lies.outcome === undefined ? step.value : lies.outcome(step.value);
}

/** What the executor says of the call that it asked the gateway for. */
function mineCall(
  ledger: SyntheticLedger,
  executionIdOfCall: Hex,
  asked: Extract<EffectRequest, { readonly kind: "call" }>,
  lies: Lies,
): EffectResult {
  const place = [executionIdOfCall, BigInt(asked.stepIndex)];
  const nodeNo = lies.adopted === undefined ? BigInt(EXECUTOR + 100) : 102n;
  const base = resultOf({ returned: "0x01" }, (T0 + 5) * 1000, 0);
  const { revert } = lies;
  if (revert !== undefined) {
    const { told, shown } = revert;
    const values = [...place, nodeNo, shown ?? "0x"];
    const logs = shown === null ? [] : [logOf(contracts.gateway, "ActionReverted", values)];
    ledger.mine(T0 + 5, [logs]);
    return { ...base, status: 1, output: { error: { code: "REVERTED", message: told } } };
  }
  const acted = logOf(contracts.gateway, "Acted", [
    ...place,
    addressOf("vault"),
    nodeNo,
    lies.acted?.target ?? asked.target,
    BigInt(asked.valueWei),
    keccak256(asked.callData),
    "0x01",
  ]);
  const block = ledger.mine(T0 + 5, [[acted]]);
  const output = {
    txHash: keccakText("tx"),
    blockNumber: block.number + (lies.acted?.blockShift ?? 0),
    blockHash: block.hash,
    returned: "0x01",
  } as const;
  return { ...base, status: 0, output };
}

function mineRecord(
  ledger: SyntheticLedger,
  items: readonly BatchItem[],
  intentHash: Hex,
  runs: readonly RunOutcome[],
  lies: Lies,
): { readonly blockHash: Hex; readonly bundles: readonly string[] } {
  const bundles = runs.map(({ leaves }, index) =>
    bundleText({
      bundle: "deed.bundle.1",
      executionId: items[index]!.executionId,
      intentHash,
      attempt: attemptOf(lies),
      runtime: 1,
      leaves,
    }),
  );
  const records = runs.map(({ status, leaves }, index) =>
    encodeRecord({
      transcriptRoot: transcriptOf(items[index]!, leaves).root,
      bundleSha256: bundles[index]!.sha256,
      status,
      sandbox: "container",
      adapter: "bubblewrap",
      runtime: 1,
      leafCount: leaves.length,
      attempt: attemptOf(lies),
      startedMs: leaves[0]!.startedMs,
      endedMs: leaves.at(-1)!.endedMs,
      feeGwei: 0n,
      bundleBytes: utf8Bytes(bundles[index]!.text).length,
    }),
  );
  const batch = {
    batchNo: 9,
    itemsRoot: merkleRoot(items.map((item) => itemLeaf(item))),
    recordRoot: recordRoot(records, 3n, items.length),
    posted: 3n,
    auditSeq: 1,
    auditHead: keccakText("head"),
  };
  const digest = recordBatchDigest(batch, separator(contracts.executions));
  const signature = sign(digest, lies.recordSigner ?? dutyKey(EXECUTOR + 100));
  const bytes = bytesToHex(Uint8Array.from(records.flatMap((record) => [...record])));
  const values = [9n, BigInt(EXECUTOR + 100), 3n, 2n, 1n, batch.auditHead, bytes, signature];
  const { hash } = ledger.mine(T0 + 10, [[logOf(contracts.executions, "Recorded", values)]]);
  return { blockHash: hash, bundles: bundles.map(({ text }) => text) };
}
