import { parseRun } from "../../bundle/parse-run.ts";
import type { AuditedContracts, ExportedRun } from "../../bundle/run.ts";
import { nobleHasher } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import { nobleRecovery } from "../../encoding/signature.ts";
import type { AuditContext, AuditOptions } from "./audit-context.ts";
import { type AuditedBatch, auditBatch } from "./batch-audit.ts";
import { all, type Check, type Finding, Findings, failed, ok, same, unknown } from "./check.ts";
import { type AuditedDraw, auditCommittees } from "./committee-audit.ts";
import { auditExecution } from "./execution-audit.ts";
import { type AuditedIntent, auditIntent } from "./intent-audit.ts";
import { viewLedger } from "./ledger-view.ts";

/** Missing parts that a report names one by one. */
const NAMED = 12;

export interface AuditReport {
  readonly checks: readonly Check[];
  /** What the result rests on and nothing in the file proves. */
  readonly trusted: readonly string[];
}

/**
 * Checks an exported run without asking anyone. Whatever the file holds, it answers: `failed` for what is
 * wrong, `unknown` for what cannot be said because a piece is missing.
 */
export function auditRun(value: unknown, options: AuditOptions = {}): AuditReport {
  const findings = new Findings();
  const parsed = parseRun(value);
  if (parsed.kind === "malformed") {
    findings.add("format", "", failed(`this is no exported run: ${parsed.part}`));
    return { checks: findings.checks, trusted: findings.trusted };
  }
  const { run, missing } = parsed;
  const absent = absentFrom(run, options.executionIds ?? []);
  findings.add("format", "", formatFinding(run, [...missing, ...absent]));
  if (run === null) return { checks: findings.checks, trusted: findings.trusted };
  const hasher = options.hasher ?? nobleHasher;
  checkContracts(run, options.contracts ?? null, findings);
  const context: AuditContext = {
    run,
    view: viewLedger(run, options.blockHashes ?? [], findings, hasher),
    findings,
    compile: options.compile ?? null,
    scripts: options.scripts ?? null,
    hasher,
    recovery: options.recovery ?? nobleRecovery,
  };
  auditExecutions(context);
  return { checks: findings.checks, trusted: findings.trusted };
}

// What is left out proves nothing and contradicts nothing; whatever rests on it stays open, too.
function formatFinding(run: ExportedRun | null, missing: readonly string[]): Finding {
  if (missing.length > 0) return unknown(`the file lacks ${listed(missing)}`);
  return run === null || run.executions.length === 0 ? unknown("it holds no execution") : ok();
}

function absentFrom(run: ExportedRun | null, wanted: readonly Hex[]): readonly string[] {
  const held = new Set(run?.executions.map(({ executionId }) => executionId));
  return wanted.filter((id) => !held.has(id)).map((id) => `execution ${id}`);
}

function listed(paths: readonly string[]): string {
  const more = paths.length - NAMED;
  return paths.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

// Intents and batches are checked once, however many executions share them.
function auditExecutions(context: AuditContext): void {
  const intents = new Map<Hex, AuditedIntent | null>();
  const batches = new Map<number, AuditedBatch | null>();
  const draws = new Map<number, readonly AuditedDraw[]>();
  for (const execution of context.run.executions) {
    const { intentHash, batchNo } = execution;
    if (!intents.has(intentHash)) intents.set(intentHash, auditIntent(context, intentHash));
    if (!batches.has(batchNo)) {
      const batch = auditBatch(context, batchNo);
      batches.set(batchNo, batch);
      draws.set(batchNo, batch === null ? [] : auditCommittees(context, batch));
    }
    auditExecution(context, execution, {
      intent: intents.get(intentHash) ?? null,
      batch: batches.get(batchNo) ?? null,
      draws: draws.get(batchNo) ?? [],
    });
  }
}

function checkContracts(
  run: ExportedRun,
  known: AuditedContracts | null,
  findings: Findings,
): void {
  if (known === null) {
    findings.trust(
      `the contracts on chain ${run.chainId} are Deed's: ${Object.values(run.contracts).join(", ")}`,
    );
    return;
  }
  const names = Object.keys(known) as (keyof AuditedContracts)[];
  findings.add(
    "contracts",
    "",
    all(names.map((name) => same(name, known[name], run.contracts[name]))),
  );
}
