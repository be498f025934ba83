import { parseRun } from "../../bundle/parse-run.ts";
import type { AuditedContracts, ExportedRun } from "../../bundle/run.ts";
import { nobleHasher } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import { nobleRecovery } from "../../encoding/signature.ts";
import type { AuditContext, AuditOptions } from "./audit-context.ts";
import { type AuditedBatch, auditBatch } from "./batch-audit.ts";
import { all, type Check, Findings, failed, ok, same } from "./check.ts";
import { type AuditedDraw, auditCommittees } from "./committee-audit.ts";
import { auditExecution } from "./execution-audit.ts";
import { type AuditedIntent, auditIntent } from "./intent-audit.ts";
import { viewLedger } from "./ledger-view.ts";

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
  const { run } = parsed;
  const hasher = options.hasher ?? nobleHasher;
  findings.add("format", "", run.executions.length > 0 ? ok() : failed("it holds no execution"));
  checkContracts(run, options.contracts ?? null, findings);
  const context: AuditContext = {
    run,
    view: viewLedger(run, options.blockHashes ?? [], findings, hasher),
    findings,
    compile: options.compile ?? null,
    hasher,
    recovery: options.recovery ?? nobleRecovery,
  };
  auditExecutions(context);
  return { checks: findings.checks, trusted: findings.trusted };
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
