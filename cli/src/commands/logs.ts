import { type Bundle, parseBundle } from "@deed/protocol/bundle";
import type { Hex } from "@deed/protocol/encoding";
import type { Leaf } from "@deed/protocol/transcript";
import type { ExecutionSummary, NodeApi } from "@deed/sdk";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { followExecutions } from "../follow-executions.ts";
import { leafLines, stepIds } from "../leaf-text.ts";
import { jsonText, outcome } from "../outcome.ts";
import { findPlace, nodeOf, type PlaceOptions } from "../place.ts";
import { timeText } from "../table.ts";
import { parseHash } from "../wallet.ts";
import { wholeNumber } from "../whole-number.ts";

interface LogsOptions extends PlaceOptions {
  readonly limit: string;
  readonly full?: true;
  readonly follow?: true;
}

/** What an execution did, leaf by leaf; of a workflow, that of its newest executions. */
export function logsCommand(act: Act): Command {
  return withPlace(
    command("logs", "Show what executions did, leaf by leaf", "deed logs 0x… --limit 3"),
  )
    .argument("<hash>", "an execution's id, or an intent's hash")
    .option("--limit <n>", "of an intent: how many of its newest executions", "5")
    .option("--full", "payloads as long as they are")
    .option("--follow", "of an intent: go on with what happens next, until interrupted")
    .action((text: string, options: LogsOptions) =>
      act(async (context) => {
        const hash = parseHash(text, "name");
        const node = nodeOf(await findPlace(options), context.terminal);
        const limit = wholeNumber(options.limit, "--limit");
        const chosen = await executionsOf(node, hash, limit);
        const logs = [];
        for (const execution of chosen.executions) logs.push(await logOf(node, execution));
        const isFull = options.full === true;
        if (options.follow === true) {
          if (chosen.intentHash === null) {
            throw cliError("CLI_USAGE", "--follow is for intents", "Name the intent's hash.");
          }
          for (const log of logs) print(context, log, isFull);
          await follow(context, node, chosen.intentHash, isFull);
        }
        const shown = options.follow === true ? [] : logs;
        return outcome({ executions: shown }, shown.map((log) => logText(log, isFull)).join("\n"));
      }),
    );
}

interface Log {
  readonly execution: ExecutionSummary;
  /** Null while nothing is recorded, or when nobody who was asked holds the bundle. */
  readonly leaves: readonly Leaf[] | null;
  readonly stepIds: readonly string[];
}

/** Oldest first, as a log is read. */
async function executionsOf(
  node: NodeApi,
  hash: Hex,
  limit: number,
): Promise<{
  readonly executions: readonly ExecutionSummary[];
  readonly intentHash: Hex | null;
}> {
  const one = await node.execution(hash);
  if (one !== null) return { executions: [one], intentHash: null };
  const page = await node.executionsOf(hash, { limit });
  if (page !== null) return { executions: [...page.executions].reverse(), intentHash: hash };
  const message = `the node knows neither intent nor execution ${hash}`;
  throw cliError("CLI_UNKNOWN_NAME", message, "See `deed list` and `deed runs`.");
}

async function logOf(node: NodeApi, execution: ExecutionSummary): Promise<Log> {
  const isRecorded = execution.status !== null;
  const text = isRecorded ? await node.bundle(execution.executionId) : null;
  const bundle = text === null ? null : readBundle(text);
  const intent = bundle === null ? null : await node.intent(execution.intentHash);
  return {
    execution,
    leaves: bundle?.leaves ?? null,
    stepIds: intent === null ? [] : stepIds(intent.plan),
  };
}

function readBundle(text: string): Bundle | null {
  const parsed = parseBundle(text);
  return parsed.kind === "bundle" ? parsed.bundle : null;
}

function logText({ execution, leaves, stepIds: ids }: Log, isFull: boolean): string {
  const { executionId, t0Sec, state, status, reason, attempt, holderNode } = execution;
  const words = [
    timeText(t0Sec),
    executionId,
    status === null ? state : `${state}, ${status}`,
    ...(reason === null ? [] : [reason]),
    ...(holderNode === null ? [] : [`node ${holderNode}, attempt ${attempt}`]),
  ];
  if (leaves !== null) return [words.join("  "), ...leafLines(leaves, ids, isFull)].join("\n");
  const why = status === null ? "nothing is recorded yet" : "nobody who was asked holds the bundle";
  return `${words.join("  ")}\n  (${why}; \`deed why\` says more)`;
}

function print({ terminal }: CommandContext, log: Log, isFull: boolean): void {
  terminal.print(terminal.isJson ? jsonText(log) : logText(log, isFull));
}

async function follow(
  context: CommandContext,
  node: NodeApi,
  intentHash: Hex,
  isFull: boolean,
): Promise<void> {
  const { signal } = new AbortController();
  for await (const execution of followExecutions(node, intentHash, signal)) {
    print(context, await logOf(node, execution), isFull);
  }
}
