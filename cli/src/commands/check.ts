import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { lookForPlace, type PlaceOptions } from "../place.ts";
import { pairs, table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { publicParts, readWorkflow, rendered, type WorkflowFile } from "../workflow-file.ts";

interface CheckOptions extends PlaceOptions {
  readonly chain?: string;
  readonly otherChain?: string[];
}

/** Compiles a workflow and says everything that there is to say about it. */
export function checkCommand(act: Act): Command {
  return withPlace(
    command(
      "check",
      "Compile a workflow; show levels and what becomes public",
      "deed check flow.yaml",
    ),
  )
    .argument("<file>", "the workflow")
    .option("--chain <id>", "the ledger's chain, where no network is named (default: 31337)")
    .option("--other-chain <id...>", "other chains whose events may trigger")
    .action((file: string, options: CheckOptions) =>
      act(async ({ terminal }) => {
        const place = await lookForPlace(options);
        const others = (options.otherChain ?? []).map(chainId);
        const chains =
          options.chain === undefined ? { others } : { others, chainId: chainId(options.chain) };
        return report(readWorkflow(file, place, chains), terminal);
      }),
    );
}

function chainId(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw cliError("CLI_USAGE", `'${text}' is no chain id`, "A number, for example 31337.");
}

function report(workflow: WorkflowFile, terminal: Terminal): Outcome {
  const { source, compiled, diagnostics, obstacles } = workflow;
  const told = [...diagnostics, ...obstacles];
  if (told.length > 0 && !terminal.isJson) terminal.say(`${rendered(source, told)}\n`);
  if (compiled === null) {
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const text = `${errors} ${errors === 1 ? "error" : "errors"}`;
    return outcome({ ok: false, diagnostics, obstacles }, text, EXIT.invalid);
  }
  const { plan, levels, permissions, yamlHash } = compiled;
  const isPublic = publicParts(workflow);
  const canRegister = obstacles.length === 0;
  const text = [
    pairs([
      ["name", plan.name],
      ["summary", plan.summary],
      ["trigger", plan.trigger.kind],
      ["sandbox", plan.sandbox],
      ["YAML hash", yamlHash],
      ["can be registered", canRegister ? "yes" : "no, see above"],
    ]),
    table(
      ["STEP", "DEPENDS ON", "GIVES", "BECAUSE"],
      levels.map((level) => [
        level.stepId,
        level.inputLevel,
        level.outputLevel,
        level.because.join("; "),
      ]),
    ),
    ...(permissions.length === 0
      ? []
      : [`May call:\n${permissions.map(({ target, call }) => `  ${target} ${call}`).join("\n")}`]),
    `Public for ever, once registered:\n${isPublic.map((part) => `  ${part}`).join("\n")}`,
  ].join("\n\n");
  return outcome(
    {
      ok: true,
      canRegister,
      plan,
      levels,
      permissions,
      yamlHash,
      isPublic,
      diagnostics,
      obstacles,
    },
    text,
  );
}
