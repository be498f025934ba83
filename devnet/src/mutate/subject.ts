import type { ExportedRun } from "@deed/protocol/bundle";
import { bytesToHex, createWasmHasher, type Hex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import type { Plan } from "@deed/protocol/plan";
import { type AuditOptions, auditRun } from "@deed/protocol/verify";
import { originalOf } from "./mutation.ts";
import { nativeRecovery } from "./native-recovery.ts";
import type { Subject } from "./suite.ts";

/** An exported run, and the hash of the block that its headers lead to. */
export interface NamedRun {
  readonly name: string;
  readonly run: ExportedRun;
  readonly anchorHash: Hex;
}

/** A run with an auditor who knows what he asked for, the anchor, the contracts and the compiler. */
export async function openSubject({ name, run, anchorHash }: NamedRun): Promise<Subject> {
  const { chainId, contracts } = run;
  const options: AuditOptions = {
    blockHashes: [anchorHash],
    executionIds: run.executions.map(({ executionId }) => executionId),
    contracts,
    compile: rememberedCompiler(chainId, Object.values(contracts)),
    hasher: await createWasmHasher(),
    recovery: nativeRecovery,
  };
  return { original: originalOf(name, run), audit: (value) => auditRun(value, options) };
}

const COMPILED = 256;

// The same YAML comes thousands of times; a changed one comes once.
function rememberedCompiler(
  ledger: number,
  forbiddenTargets: readonly Hex[],
): (yaml: Uint8Array) => Plan | null {
  const known = new Map<Hex, Plan | null>();
  return (yaml) => {
    const name = bytesToHex(yaml);
    const found = known.get(name);
    if (found !== undefined) return found;
    const compiled = compileWorkflow(yaml, { chains: { ledger, others: [] }, forbiddenTargets });
    const plan = compiled.ok ? compiled.plan : null;
    if (known.size < COMPILED) known.set(name, plan);
    return plan;
  };
}
