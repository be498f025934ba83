import { accessSync, constants } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { checkConfig } from "../doctor/check-config.ts";
import { checkEnvironment } from "../doctor/check-environment.ts";
import { checkDisk, checkMemory, checkNodeVersion, checkPort } from "../doctor/check-machine.ts";
import { checkNetwork } from "../doctor/check-network.ts";
import { checkEngine, checkNative } from "../doctor/check-programs.ts";
import { checkSandbox } from "../doctor/check-sandbox.ts";
import { checkNetworkUsers } from "../doctor/check-signer-user.ts";
import { type Finding, finding, findingOf, findingsOf } from "../doctor/finding.ts";
import { EXIT } from "../exit-code.ts";
import { failureOf } from "../failure-of.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { lookForPlace, type PlaceOptions } from "../place.ts";
import type { Colors } from "../terminal.ts";

interface DoctorOptions extends PlaceOptions {
  readonly config?: string;
  readonly data?: string;
}

/** Looks at machine, network and a node's configuration, and says what is wrong with them. */
export function doctorCommand(act: Act): Command {
  return withPlace(
    command(
      "doctor",
      "Look for what is wrong with this machine, the network, a node's configuration",
      "deed doctor --config node.json",
    ),
  )
    .option("--config <file>", "a node's configuration")
    .option(
      "--data <folder>",
      "folder whose disk is tried (default: the configuration's, else here)",
    )
    .addHelpText("after", "\nEnds with 0 when nothing failed, with 1 else; warnings do not count.")
    .action((options: DoctorOptions) => act((context) => examine(context, options)));
}

async function examine(
  { terminal, nowMs }: CommandContext,
  options: DoctorOptions,
): Promise<Outcome> {
  const done = terminal.busy("Looking at this machine");
  const configured = options.config === undefined ? null : await readNodeConfig(options.config);
  const folder = nearestFolder(options.data ?? configured?.dataDirectory ?? ".");
  const findings: Finding[] = [
    checkNodeVersion(process.version),
    checkMemory(),
    checkEnvironment(process.env),
    await findingOf("disk", async () => checkDisk(folder, () => performance.now())),
    await findingOf("loopback", () => checkPort("loopback", "127.0.0.1", 0)),
    await findingOf("native", checkNative),
    await findingOf("chain engine", checkEngine),
    ...(await findingsOf("sandbox", () => checkSandbox(process.env))),
    checkNetworkUsers(process.getuid?.()),
    ...(configured?.findings ?? []),
  ];
  done("Looking at the network");
  findings.push(...(await networkFindings(options, nowMs)));
  done();
  const failed = findings.some(({ result }) => result === "fail");
  const data = { result: failed ? "fail" : "ok", findings };
  return outcome(data, report(findings, terminal.colors), failed ? EXIT.internal : EXIT.ok);
}

async function readNodeConfig(
  path: string,
): Promise<{ readonly findings: readonly Finding[]; readonly dataDirectory: string | null }> {
  const { ConfigError, readConfig } = await import("@deed/node");
  try {
    const config = readConfig(path, process.env);
    return { findings: await checkConfig(path, config), dataDirectory: config.dataDirectory };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const found = finding("configuration", "fail", error.message, error.remedy);
    return { findings: [found], dataDirectory: null };
  }
}

async function networkFindings(
  options: PlaceOptions,
  nowMs: () => number,
): Promise<readonly Finding[]> {
  try {
    const place = await lookForPlace(options);
    if (place !== null) return await checkNetwork(place, nowMs);
    const detail = "neither --node nor --deployment, and no embedded network here";
    return [finding("network", "skipped", detail)];
  } catch (error) {
    const { message, remedy } = failureOf(error);
    return [finding("network", "fail", message, remedy)];
  }
}

/** The folder itself, or the nearest above it that is there. */
function nearestFolder(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      accessSync(folder, constants.F_OK);
      return folder;
    } catch {
      if (folder === dirname(folder)) return folder;
    }
  }
}

function report(findings: readonly Finding[], colors: Colors): string {
  const paint = { ok: colors.green, warn: colors.yellow, fail: colors.red, skipped: colors.dim };
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .flatMap(({ name, result, detail, remedy }) => [
      `${paint[result](result.padEnd(7))}  ${name.padEnd(width)}  ${detail}`,
      ...(remedy === null ? [] : [`${" ".repeat(width + 11)}${remedy}`]),
    ])
    .join("\n");
}
