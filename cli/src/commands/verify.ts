import type { ExportedRun } from "@deed/protocol/bundle";
import { compileWorkflow } from "@deed/protocol/intent";
import type { Plan } from "@deed/protocol/plan";
import {
  type AuditOptions,
  type AuditReport,
  auditRun,
  type Check,
  type CheckResult,
} from "@deed/protocol/verify";
import { contractsOf } from "@deed/sdk";
import type { Command } from "commander";
import { type Act, type CommandContext, command } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readJson } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { readDeployment } from "../place.ts";
import { lazyScripts } from "../scripts/lazy-scripts.ts";
import type { Colors } from "../terminal.ts";
import { parseHash } from "../wallet.ts";

interface VerifyOptions {
  readonly blockHash?: string[];
  readonly deployment?: string;
  readonly execution?: string[];
}

/** Checks an exported run without asking anyone. */
export function verifyCommand(act: Act): Command {
  return command(
    "verify",
    "Check an exported run offline; nothing is asked of anybody",
    "deed verify run.json --block-hash 0x…",
  )
    .argument("<file>", "what `deed export` wrote")
    .option("--block-hash <hash...>", "hash of a block of the ledger, from a source that you trust")
    .option("--deployment <file>", "the contracts that you know to be Deed's")
    .option("--execution <hash...>", "executions that the file must hold")
    .addHelpText(
      "after",
      "\nEnds with 0 when all is right, 4 when something is wrong, 5 when something could not be checked.",
    )
    .action((file: string, options: VerifyOptions) =>
      act((context) => Promise.resolve(verify(context, file, options))),
    );
}

function verify({ terminal }: CommandContext, file: string, options: VerifyOptions): Outcome {
  const json = readJson(file);
  const known = options.deployment;
  const report = auditRun(json, {
    blockHashes: (options.blockHash ?? []).map((text) => parseHash(text, "--block-hash")),
    executionIds: (options.execution ?? []).map((text) => parseHash(text, "--execution")),
    ...(known === undefined ? {} : { contracts: contractsOf(readDeployment(known)) }),
    compile: compiler(json),
    scripts: lazyScripts(),
  });
  const result = resultOf(report);
  const data = { result, file, ...report };
  return outcome(data, reportText(report, result, terminal.colors), EXITS[result]);
}

const EXITS: { readonly [result in CheckResult]: ExitCode } = {
  ok: EXIT.ok,
  failed: EXIT.failed,
  unknown: EXIT.unverified,
};

/** Wrong beats unknown beats right. */
function resultOf({ checks }: AuditReport): CheckResult {
  if (checks.some(({ result }) => result === "failed")) return "failed";
  return checks.some(({ result }) => result === "unknown") ? "unknown" : "ok";
}

/** Which chains a network knew is no matter of proof: those that the file's own plans name. */
function compiler(json: unknown): NonNullable<AuditOptions["compile"]> {
  const { chainId, plans } = (json ?? {}) as Partial<ExportedRun>;
  const others = Object.values(plans ?? {}).flatMap((plan) => {
    // The file may hold anything in their place; the audit says so.
    const trigger = (plan as Partial<Plan> | null)?.trigger;
    return trigger?.kind === "event" ? [trigger.chainId] : [];
  });
  const options = { chains: { ledger: chainId ?? 0, others } };
  return (yaml) => {
    const compiled = compileWorkflow(yaml, options);
    return compiled.ok ? compiled.plan : null;
  };
}

function reportText(report: AuditReport, result: CheckResult, colors: Colors): string {
  const subjects = [...new Set(report.checks.map(({ subject }) => subject))];
  const parts = subjects.map((subject) => {
    const checks = report.checks.filter((check) => check.subject === subject);
    const lines = checks.map((check) => checkLine(check, colors));
    return [colors.bold(subject === "" ? "the file" : subject), ...lines].join("\n");
  });
  const trusted = report.trusted.map((what) => `  ${what}`);
  const trust =
    trusted.length === 0 ? [] : [[colors.bold("Trusted, not proven:"), ...trusted].join("\n")];
  return [...parts, ...trust, verdict(report, result, colors)].join("\n\n");
}

const MARKS: { readonly [result in CheckResult]: string } = {
  ok: "ok     ",
  failed: "FAILED ",
  unknown: "unknown",
};

function checkLine({ name, result, detail }: Check, colors: Colors): string {
  const paint = { ok: colors.green, failed: colors.red, unknown: colors.yellow }[result];
  return `  ${paint(MARKS[result])}  ${name}${detail === "" ? "" : `: ${detail}`}`;
}

function verdict({ checks }: AuditReport, result: CheckResult, colors: Colors): string {
  const of = (wanted: CheckResult): number =>
    checks.filter((check) => check.result === wanted).length;
  const counts = `${of("ok")} ok, ${of("failed")} failed, ${of("unknown")} unknown`;
  switch (result) {
    case "ok":
      return colors.green(`Verified: ${counts}.`);
    case "failed":
      return colors.red(`VERIFICATION FAILED: ${counts}.`);
    case "unknown":
      return colors.yellow(`Could not be verified: ${counts}.`);
  }
}
