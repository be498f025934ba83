import { Command, CommanderError } from "commander";
import { CliError } from "./cli-error.ts";
import type { Act, ActAsChild } from "./command-context.ts";
import { checkCommand } from "./commands/check.ts";
import { completionCommand } from "./commands/completion.ts";
import { convertCommand } from "./commands/convert.ts";
import { devCommand } from "./commands/dev.ts";
import { disputeCommand } from "./commands/dispute.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { fireCommand } from "./commands/fire.ts";
import { govCommand } from "./commands/gov.ts";
import { initCommand } from "./commands/init.ts";
import { invalidateCommand } from "./commands/invalidate.ts";
import { keystoreCommand } from "./commands/keystore.ts";
import { listCommand } from "./commands/list.ts";
import { logsCommand } from "./commands/logs.ts";
import { nodeCommand } from "./commands/node.ts";
import { revokeCommand } from "./commands/revoke.ts";
import { runsCommand } from "./commands/runs.ts";
import { showCommand } from "./commands/show.ts";
import { signCommand } from "./commands/sign.ts";
import { signerCommand } from "./commands/signer.ts";
import { submitCommand } from "./commands/submit.ts";
import { verifyCommand } from "./commands/verify.ts";
import { whyCommand } from "./commands/why.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { failureOf } from "./failure-of.ts";
import { requireVerification } from "./links.ts";
import { jsonText } from "./outcome.ts";
import { runPackageMain } from "./package-main.ts";
import { openTerminal, type Streams, type Terminal } from "./terminal.ts";

export interface RunParts extends Streams {
  readonly version: string;
  nowMs(): number;
}

interface GlobalOptions {
  readonly json?: true;
  /** False by --no-color. */
  readonly color: boolean;
}

/** Runs one command line. Never throws: what went wrong is told and becomes the exit code. */
export async function run(argv: readonly string[], parts: RunParts): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = new Command("deed");
  const open = (): Terminal => {
    const { json, color } = program.opts<GlobalOptions>();
    return openTerminal({ isJson: json === true, isColorless: !color }, parts);
  };
  const act: Act = async (work) => {
    requireVerification(parts.environment);
    const terminal = open();
    const { data, text, exitCode: code } = await work({ terminal, nowMs: parts.nowMs });
    terminal.print(terminal.isJson ? jsonText(data) : text);
    exitCode = code;
  };
  const actAsChild: ActAsChild = async ({ packageName, args, remedy }) => {
    exitCode = await runPackageMain(packageName, args, remedy);
  };
  describeProgram(program, parts, { act, actAsChild });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return tell(error, argv, parts);
  }
}

function describeProgram(
  program: Command,
  parts: RunParts,
  { act, actAsChild }: { readonly act: Act; readonly actAsChild: ActAsChild },
): void {
  program
    .description("Workflows that can prove what they did")
    .version(parts.version)
    .option("--json", "data as one line of JSON")
    .option("--no-color", "no colours (so does NO_COLOR)")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nExit codes: 0 ok, 1 internal, 2 usage, 3 invalid workflow, 4 verification failed,\n5 could not verify, 6 refused by policy, 7 timeout, 130 interrupted.",
    );
  const commands = [
    initCommand(act),
    checkCommand(act),
    convertCommand(act),
    keystoreCommand(act),
    signCommand(act),
    submitCommand(act),
    revokeCommand(act),
    invalidateCommand(act),
    fireCommand(act),
    listCommand(act),
    showCommand(act),
    runsCommand(act),
    logsCommand(act),
    whyCommand(act),
    exportCommand(act),
    verifyCommand(act),
    disputeCommand(act),
    govCommand(act),
    nodeCommand(act, actAsChild),
    signerCommand(act),
    devCommand(actAsChild),
    doctorCommand(act),
    completionCommand(act, program),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of withDescendants(program)) {
    command
      .exitOverride()
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => void parts.stdout.write(text),
        writeErr: (text) => void parts.stderr.write(text),
      });
  }
}

function withDescendants(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

/** Says what went wrong: for people on standard error, for programs as JSON on standard output. */
function tell(error: unknown, argv: readonly string[], parts: RunParts): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { code, message, remedy, exitCode } = failureOf(error);
  // Not from the parsed options: they may be what is wrong.
  if (argv.includes("--json")) {
    parts.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`);
  }
  parts.stderr.write(`${code}: ${message}\n${remedy === "" ? "" : `${remedy}\n`}`);
  const isUnforeseen = exitCode === EXIT.internal && !(error instanceof CliError);
  if (parts.environment["DEED_DEBUG"] !== undefined && isUnforeseen && error instanceof Error) {
    parts.stderr.write(`${error.stack ?? ""}\n`);
  }
  return exitCode;
}
