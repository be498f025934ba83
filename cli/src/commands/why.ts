import { parseBundle } from "@deed/protocol/bundle";
import type { ExecutionDetail, NodeApi } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { explainExecution } from "../explain/explain-execution.ts";
import { explainIntent } from "../explain/explain-intent.ts";
import type { Reason } from "../explain/reason.ts";
import { stepIds } from "../leaf-text.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, nodeOf, type PlaceOptions } from "../place.ts";
import { parseHash } from "../wallet.ts";

/** Why a workflow does not run, or an execution is where it is. */
export function whyCommand(act: Act): Command {
  return withPlace(
    command("why", "Say why a workflow waits, or an execution ended as it did", "deed why 0x…"),
  )
    .argument("<hash>", "an execution's id, or an intent's hash")
    .action((text: string, options: PlaceOptions) =>
      act(async ({ nowMs, terminal }) => {
        const hash = parseHash(text, "name");
        const node = nodeOf(await findPlace(options), terminal);
        const nowSec = Math.floor(nowMs() / 1000);
        const execution = await node.execution(hash);
        if (execution !== null) return whyExecution(node, execution, nowSec);
        const intent = await node.intent(hash);
        if (intent !== null) {
          const page = await node.executionsOf(hash, { limit: 1 });
          const last = page?.executions[0] ?? null;
          const { claimsBarred } = await node.health();
          return answer(hash, intent.state, explainIntent({ intent, last, claimsBarred, nowSec }));
        }
        const message = `the node knows neither intent nor execution ${hash}`;
        throw cliError("CLI_UNKNOWN_NAME", message, "See `deed list` and `deed runs`.");
      }),
    );
}

async function whyExecution(
  node: NodeApi,
  execution: ExecutionDetail,
  nowSec: number,
): Promise<Outcome> {
  const { executionId, intentHash, state } = execution;
  const intent = await node.intent(intentHash);
  if (intent === null) {
    const message = `the node knows execution ${executionId}, but not its intent`;
    throw cliError("CLI_UNKNOWN_NAME", message, "Ask another node with --node.");
  }
  const text = execution.status === null ? null : await node.bundle(executionId);
  const parsed = text === null ? null : parseBundle(text);
  const leaves = parsed?.kind === "bundle" ? parsed.bundle.leaves : null;
  const { claimsBarred } = await node.health();
  const ids = stepIds(intent.plan);
  const facts = { execution, intent, leaves, stepIds: ids, claimsBarred, nowSec };
  return answer(executionId, state, explainExecution(facts));
}

function answer(hash: string, state: string, reasons: readonly Reason[]): Outcome {
  const lines = reasons.flatMap(({ code, text, remedy }) => [
    `  ${code}: ${text}`,
    ...(remedy === null ? [] : [`      ${remedy}`]),
  ]);
  return outcome({ hash, state, reasons }, [state, ...lines].join("\n"));
}
