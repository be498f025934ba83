import { nativeRecovery } from "@deed/devnet";
import type { ExportedRun } from "@deed/protocol/bundle";
import { createWasmHasher, type Hex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import { type AuditOptions, auditRun } from "@deed/protocol/verify";
import { contractsOf, exportRun, forbiddenTargets } from "@deed/sdk";
import { perSecond, rounded, summary } from "../measure/statistics.ts";
import { type BenchNetwork, openBenchNetwork } from "../network/bench-network.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const EXECUTIONS = 256;
const IN_FLIGHT = 64;
const GOAL_PER_SECOND = 2_000;

interface Material {
  readonly run: ExportedRun;
  readonly options: AuditOptions;
}

/** Audits of an exported run of many executions, on one core, asking nobody. */
export async function audit(context: RowContext): Promise<readonly Figure[]> {
  const { run, options } = await exported(context);
  const { seconds, signal } = context;
  check(run, options);
  const durationsMs: number[] = [];
  const startedMs = performance.now();
  do {
    signal.throwIfAborted();
    const beganMs = performance.now();
    auditRun(run, options);
    durationsMs.push(performance.now() - beganMs);
  } while (performance.now() - startedMs < seconds * 1000);
  const audited = durationsMs.length * run.executions.length;
  const { samples, p50, p99 } = summary(durationsMs.map((ms) => ms / run.executions.length));
  return [
    {
      what: "executions audited offline, one core; percentiles per execution in ms",
      value: rounded(perSecond(audited, performance.now() - startedMs)),
      ...{ unit: "1/s", p50: rounded(p50), p99: rounded(p99), samples },
      batchSize: rounded(run.executions.length / run.batches.length),
      goal: { atLeast: GOAL_PER_SECOND },
      detail: { executions: run.executions.length, batches: run.batches.length },
    },
  ];
}

/** Runs executions, exports them, and ends the network again. */
async function exported(context: RowContext): Promise<Material> {
  const bench = await openBenchNetwork(context);
  try {
    const executionIds = await runSome(bench, context);
    const { ledger, apis } = bench;
    const { run, anchor } = await exportRun({ ledger, nodeApi: apis[0]! }, executionIds);
    const { deployment } = ledger;
    const options: AuditOptions = {
      blockHashes: [anchor.hash],
      contracts: contractsOf(deployment),
      hasher: await createWasmHasher(),
      recovery: nativeRecovery,
      compile: (yaml) => {
        const compiled = compileWorkflow(yaml, {
          chains: { ledger: deployment.chainId, others: [] },
          forbiddenTargets: forbiddenTargets(deployment),
        });
        return compiled.ok ? compiled.plan : null;
      },
    };
    return { run, options };
  } finally {
    await bench.close();
  }
}

/** As many as the time allows: a short measurement has a small file. */
async function runSome(
  bench: BenchNetwork,
  { seconds, signal }: RowContext,
): Promise<readonly Hex[]> {
  const wanted = seconds < 5 ? IN_FLIGHT : EXECUTIONS;
  const ids: Hex[] = [];
  let fired = 0;
  const lane = async (): Promise<void> => {
    while (fired < wanted) {
      fired += 1;
      ids.push((await bench.fire(signal)).executionId);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return ids;
}

/** What is measured has to be a whole audit that finds nothing. */
function check(run: ExportedRun, options: AuditOptions): void {
  const wrong = auditRun(run, options).checks.find(({ result }) => result !== "ok");
  if (wrong === undefined) return;
  const { name, result, subject, detail } = wrong;
  const reason = `audit: ${name} ${result}: ${subject} ${detail}`;
  throw new BenchError({ code: "UNEXPECTED_RESULT", reason });
}
