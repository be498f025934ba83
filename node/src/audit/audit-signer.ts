import { createWasmHasher, type Hasher, type Hex } from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";
import { loadRecovery } from "../load-recovery.ts";
import { AUDITED_KINDS, type AuditEntry } from "../signer/audit-entry.ts";
import { LOGGED_KEYS, type LoggedKey } from "../signer/key-uses.ts";
import { AuditError } from "./audit-error.ts";
import type { LedgerView } from "./ledger-view.ts";
import { LogReconciler, type UseWindow } from "./log-reconciler.ts";
import { publicNonces, sentBy } from "./nonce-book.ts";
import {
  type LedgerRange,
  type OnProgress,
  readLedger,
  readNonces,
  readTransactions,
} from "./read-ledger.ts";
import { readLog } from "./read-log.ts";
import { readWitness, type WitnessFile } from "./read-witness.ts";
import type { AuditResult, Finding, SignerAudit, UseSummary } from "./report.ts";
import { conflictFindings, publicGaps, summariseKind } from "./summarise-kind.ts";
import { WitnessReconciler } from "./witness-reconciler.ts";

/** How often a store says that a key was used. */
export type StoreUses = Readonly<Partial<Record<LoggedKey, number>>>;

export interface AuditSignerOptions {
  /** Null: the node whose keys the log names. */
  readonly nodeNo: number | null;
  /** Null: public data alone. */
  readonly logPath: string | null;
  readonly storeUses: StoreUses;
  /** Of those counts. */
  readonly usesWithin: UseWindow;
  /** Stores of nodes, or checkpoints as JSON. */
  readonly witnessPaths: readonly string[];
  /** Compare each of the node's transactions with the log. */
  readonly withTransactions: boolean;
}

export interface AuditSignerParts {
  readonly ledger: Ledger;
  readonly onProgress: OnProgress;
}

interface Subject {
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
}

type Report = Omit<
  SignerAudit,
  keyof Subject | "result" | "fromBlock" | "toBlock" | "findings" | "witness"
> & {
  readonly findings: readonly Finding[];
};

/**
 * Reconciles what a node's keys signed with the ledger, and with its log and its key store's counter where they are
 * given. Errors: AuditError, SignerError, RpcError.
 */
export async function auditSigner(
  options: AuditSignerOptions,
  parts: AuditSignerParts,
): Promise<SignerAudit> {
  const { ledger } = parts;
  const subject = await findSubject(options, ledger);
  const files = options.witnessPaths.map((path) => readWitness(path, subject.nodeNo));
  const head = await ledger.head();
  const range = { fromBlock: ledger.deployment.fromBlock, toBlock: head.number };
  const view = await readLedger(subject, range, parts);
  const tag = `0x${head.number.toString(16)}`;
  const count = ledger.rpc.request<Hex>("eth_getTransactionCount", [subject.actionKey, tag]);
  const witnesses = files.length === 0 ? null : await witnessesOf(files, view, subject, ledger);
  const known = {
    subject,
    range,
    view,
    witnesses,
    mined: Number(await count),
    nowSec: head.timestampSec,
  };
  const report =
    options.logPath === null
      ? ofPublicData(known)
      : await ofLog(options.logPath, options, { ...known, ...parts });
  const witnessed = await witnesses?.end(options.logPath !== null);
  const witness = witnessed?.summary ?? null;
  const ofWitnesses = witnessed?.findings ?? [];
  const findings = [...conflictFindings(view), ...ofWitnesses, ...report.findings];
  const result = resultOf({ ...report, witness }, findings);
  return { ...report, witness, findings, result, ...subject, ...range };
}

async function witnessesOf(
  files: readonly WitnessFile[],
  view: LedgerView,
  { nodeNo }: Subject,
  ledger: Ledger,
): Promise<WitnessReconciler> {
  const { chainId, executions } = ledger.deployment;
  const count = await ledger.nodeCount();
  const dutyKeysOf = async (no: number): Promise<ReadonlySet<Hex>> => {
    if (no < 1 || no > count) return new Set();
    const { dutyKeys } = await ledger.keysOf(no);
    return new Set(dutyKeys.filter(({ revoked }) => !revoked).map(({ key }) => key));
  };
  const tools = { hasher: await createWasmHasher(), recovery: loadRecovery() };
  return new WitnessReconciler(files, {
    ...{ chainId, executions, dutyKeys: await dutyKeysOf(nodeNo), dutyKeysOf, view },
    ...tools,
  });
}

interface Known {
  readonly subject: Subject;
  readonly range: LedgerRange;
  readonly view: LedgerView;
  readonly witnesses: WitnessReconciler | null;
  /** How many nonces of the action key the ledger took. */
  readonly mined: number;
  readonly nowSec: number;
}

function ofPublicData({ view, mined }: Known): Report {
  const gaps = AUDITED_KINDS.flatMap((kind) => publicGaps(kind, view));
  return {
    log: null,
    kinds: AUDITED_KINDS.map((kind) => summariseKind(kind, { view, signed: null, gaps })),
    nonces: publicNonces(mined),
    uses: [],
    uncounted: {},
    findings: [],
    gaps,
  };
}

async function ofLog(
  path: string,
  options: AuditSignerOptions,
  parts: Known & AuditSignerParts,
): Promise<Report> {
  const { subject, range, view, witnesses, mined, nowSec, onProgress } = parts;
  const hasher: Hasher = await createWasmHasher();
  const reconciler = new LogReconciler(view, {
    nowSec,
    usesWithin: options.usesWithin,
    actionKey: subject.actionKey,
    hasher,
  });
  const findings: Finding[] = [];
  const keys: LogKeys = { duty: new Set(), action: new Set() };
  const log = await readLog(path, (entry) => {
    noteKeys(keys, entry);
    if (entry.n % 10_000 === 0) onProgress({ what: "entries", done: entry.n, of: null });
    reconciler.apply(entry);
    witnesses?.apply(entry);
  });
  findings.push(...otherKeys(keys, subject));
  const hashes = options.withTransactions ? [...view.transactions] : [];
  const shown = sentBy(subject.actionKey, await readTransactions(hashes, parts));
  // Events show none of what was burnt, or reverted, or was a thief's.
  const others = options.withTransactions ? reconciler.nonces.without(shown, mined) : [];
  const searched = await readNonces(others, { ...subject, ...range }, parts);
  const found = searched.filter((one) => one !== null);
  const unseen = searched.length - found.length;
  const nonces = reconciler.nonces.reconcile(mined, [...shown, ...found], unseen);
  const uses = reconcileUses(reconciler.uses.counts, options.storeUses);
  const { kinds, findings: ofKinds } = reconciler.end();
  findings.push(...ofKinds, ...nonces.findings, ...surplus(uses));
  const { uncounted, gaps } = reconciler;
  return { log, kinds, nonces: nonces.summary, uses, uncounted, findings, gaps };
}

/** The log's first entry, and its later sets of keys, say whose it is. */
function otherKeys(known: LogKeys, { dutyKey, actionKey, nodeNo }: Subject): Finding[] {
  if (known.duty.has(dutyKey) && known.action.has(actionKey)) return [];
  const text = `the log is of the keys ${[...known.duty, ...known.action].join(" and ")}, and node ${nodeNo} has ${dutyKey} and ${actionKey}`;
  return [{ code: "AUDIT_OTHER_KEYS", text }];
}

interface LogKeys {
  readonly duty: Set<string>;
  readonly action: Set<string>;
}

function noteKeys(known: LogKeys, { kind, body }: AuditEntry): void {
  if (kind !== "Genesis" && kind !== "KeySet") return;
  known.duty.add(String(body["duty"]));
  known.action.add(String(body["action"]));
}

/** What the log explains of a store's count. */
export function reconcileUses(
  log: Readonly<Record<LoggedKey, number>>,
  store: StoreUses,
): readonly UseSummary[] {
  return LOGGED_KEYS.map((key) => {
    const counted = store[key] ?? null;
    const notMade = counted === null ? 0 : Math.max(0, log[key] - counted);
    return { key, log: log[key], store: counted, notMade };
  });
}

/** Uses that the log does not explain. */
export function surplus(uses: readonly UseSummary[]): Finding[] {
  return uses.flatMap(({ key, log, store }) => {
    if (store === null || store <= log) return [];
    const text = `the store counted ${store} uses of the key ${key}, and the log has ${log}: ${store - log} went around the signer`;
    return [{ code: "AUDIT_KMS_SURPLUS", text }];
  });
}

function resultOf(
  { gaps, nonces, witness }: Report & Pick<SignerAudit, "witness">,
  findings: readonly Finding[],
): AuditResult {
  if (findings.length > 0) return "failed";
  const isUnexplained = gaps.some(({ reason }) => reason === "unexplained");
  const isUnchecked = witness !== null && witness.unchecked > 0;
  return isUnexplained || isUnchecked || nonces.beforeLog + nonces.unseen > 0 ? "unknown" : "ok";
}

async function findSubject(
  { nodeNo, logPath }: AuditSignerOptions,
  ledger: Ledger,
): Promise<Subject> {
  const count = await ledger.nodeCount();
  if (nodeNo !== null) {
    if (nodeNo < 1 || nodeNo > count) throw new AuditError({ code: "AUDIT_UNKNOWN_NODE", nodeNo });
    return subjectOf(nodeNo, ledger);
  }
  if (logPath === null) throw new AuditError({ code: "AUDIT_UNKNOWN_NODE", nodeNo: 0 });
  const duty = await dutyKeysOfLog(logPath);
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const all = await Promise.all(numbers.map((number) => subjectOf(number, ledger)));
  const found = all.find(({ dutyKey }) => duty.has(dutyKey));
  if (found === undefined) {
    throw new AuditError({ code: "AUDIT_UNREGISTERED_LOG", duty: [...duty].join(" ") });
  }
  return found;
}

async function subjectOf(nodeNo: number, ledger: Ledger): Promise<Subject> {
  const { operatorNo, dutyKey, actionKey } = await ledger.node(nodeNo);
  return { nodeNo, operatorNo, dutyKey, actionKey };
}

async function dutyKeysOfLog(path: string): Promise<ReadonlySet<string>> {
  const keys: LogKeys = { duty: new Set(), action: new Set() };
  await readLog(path, (entry) => noteKeys(keys, entry));
  return keys.duty;
}
