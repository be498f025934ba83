import type { Command } from "commander";
import { type ChainOptions, chainsOf, withChains } from "../chain-options.ts";
import { type Act, command, withPlace } from "../command-context.ts";
import { EXIT } from "../exit-code.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { lookForPlace, type PlaceOptions } from "../place.ts";
import { pairs, table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { publicParts, readWorkflow, rendered, type WorkflowFile } from "../workflow-file.ts";

/** Compiles a workflow and says everything that there is to say about it. */
export function checkCommand(act: Act): Command {
  return withChains(
    withPlace(
      command(
        "check",
        "Compile a workflow; show levels and what becomes public",
        "deed check flow.yaml",
      ),
    ),
  )
    .argument("<file>", "the workflow")
    .action((file: string, options: PlaceOptions & ChainOptions) =>
      act(async ({ terminal, nowMs }) => {
        const place = await lookForPlace(options);
        return report(readWorkflow(file, place, { ...chainsOf(options), nowMs }), terminal);
      }),
    );
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
      ...(plan.dialect === "kwala.v1"
        ? [["dialect", "Kwala; `deed convert` writes it in the native one"] as const]
        : []),
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
