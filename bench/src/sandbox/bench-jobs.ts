import type { RunJob, Sandbox } from "@deed/node/parts";
import { wordHex } from "@deed/protocol/encoding";
import { compileWorkflow } from "@deed/protocol/intent";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { benchWorkflow } from "../network/bench-workflow.ts";
import { BenchError } from "../row.ts";

const ANCHOR = { number: 1, hash: wordHex(1) };
const EXPIRES = "2099-01-01T00:00:00Z";

/** The two-step workflow of all rows. */
export function honestJob(): RunJob {
  return jobOf(benchWorkflow({ echoUrl: "http://127.0.0.1:1", expires: EXPIRES }));
}

/** Asks once, which tells that it is there, and then computes for ever. */
export function attackingJob(): RunJob {
  return jobOf(`deed: v1
name: attacker
summary: Asks once, then computes for ever
on:
  manual: {}
expires: ${EXPIRES}
limits: { executions: 100000000, duration: 60s }
steps:
  - id: ask
    http:
      method: GET
      url: "http://127.0.0.1:1/"
  - id: spin
    script:
      source: |
        for (;;);
`);
}

/** Runs it to its end. @throws BenchError when it had none */
export async function runOnce(opened: Sandbox, job: RunJob, signal: AbortSignal): Promise<void> {
  const result = await opened.execute(job, answer, signal);
  if (result.kind === "done") return;
  const { code } = result.failure;
  throw new BenchError({ code: "UNEXPECTED_RESULT", reason: `a run ended with ${code}` });
}

/** At once, with what was sent. */
export async function answer(request: EffectRequest): Promise<EffectResult> {
  const times = { startedMs: 1, endedMs: 2, anchor: ANCHOR };
  const body = request.kind === "http" ? (request.request.body ?? "") : "";
  return { ...times, status: 0, output: { status: 200, headers: {}, body } };
}

function jobOf(yaml: string): RunJob {
  const compiled = compileWorkflow(yaml, { chains: { ledger: 1, others: [] } });
  if (!compiled.ok) {
    const reason = compiled.diagnostics.map(({ code }) => code).join(", ");
    throw new BenchError({ code: "UNEXPECTED_RESULT", reason });
  }
  const { plan } = compiled;
  return {
    plan,
    occurrence: {
      executionId: wordHex(2),
      occurrenceId: wordHex(3),
      nowSec: 1,
      payload: {
        ...{ kind: "manual", ordinal: 1, input: { n: 1 }, firedAtSec: 1, validUntilSec: 2 },
        signature: `0x${"00".repeat(65)}`,
      },
    },
    start: { attempt: 1, startedMs: 1, anchor: ANCHOR },
    limits: { wallMs: 60_000, outputBytes: 1024 * 1024, effects: 16 },
  };
}
