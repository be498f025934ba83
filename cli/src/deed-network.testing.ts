import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { deedHere, type Ran, startDeed, temporaryFolder } from "./deed.testing.ts";

/** An embedded network that `deed dev` runs in a folder of its own, and `deed` for it. */
export interface DeedNetwork {
  readonly cwd: string;
  readonly echoUrl: string;
  readonly rpcUrl: string;
  /** `deed … --json`. Throws when it does not end with 0. */
  ok(args: readonly string[]): Promise<Answer>;
  /** In this process, which the network beside it leaves little of the machine. */
  here(args: readonly string[]): Promise<Ran>;
  /** Writes a file that commands name. */
  write(name: string, text: string): void;
  close(): Promise<void>;
}

/** Fields that tests read as text; the rest they compare whole. */
export interface Answer {
  readonly address: string;
  readonly intentHash: string;
  readonly executionId: string;
  readonly anchor: { readonly hash: string };
  readonly checks: readonly { readonly name: string; readonly result: string }[];
  readonly executions: readonly {
    readonly executionId: string;
    readonly state: string;
    readonly t0Sec: number;
  }[];
}

const WITHOUT_NETWORK: ReadonlySet<string> = new Set(["keystore", "verify"]);
const FILE = /^[a-z./-]+\.(yaml|json)$|^pw$/;

/** Starts it, with a file `pw` that holds a passphrase. */
export async function startDeedNetwork(): Promise<DeedNetwork> {
  const folder = temporaryFolder();
  const cwd = folder.path;
  const network = startDeed(["dev", "--json"], cwd);
  const stderr: string[] = [];
  network.stderr?.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  let echoUrl: string | undefined;
  for await (const line of createInterface({ input: network.stdout! })) {
    const said = JSON.parse(line) as { event: string; echoUrl?: string };
    if (said.event !== "ready") continue;
    echoUrl = said.echoUrl;
    break;
  }
  if (echoUrl === undefined) throw new Error(`no network: ${stderr.join("")}`);
  network.stdout?.resume();
  writeFileSync(join(cwd, "pw"), "secret");
  const { rpcPort } = JSON.parse(readFileSync(join(cwd, ".deed/network.json"), "utf8")) as {
    rpcPort: number;
  };
  const here: DeedNetwork["here"] = (args) => {
    const absolute = args.map((text) => (FILE.test(text) ? join(cwd, text) : text));
    const place = WITHOUT_NETWORK.has(args[0] ?? "") ? [] : ["--dir", join(cwd, ".deed")];
    return deedHere([...absolute, ...place]);
  };
  return {
    cwd,
    echoUrl,
    rpcUrl: `http://127.0.0.1:${rpcPort}`,
    here,
    ok: async (args) => {
      const { exitCode, stdout, stderr: said } = await here([...args, "--json"]);
      if (exitCode !== 0)
        throw new Error(`deed ${args[0]} ended with ${exitCode}: ${said}${stdout}`);
      return JSON.parse(stdout);
    },
    write: (name, text) => writeFileSync(join(cwd, name), text),
    close: async () => {
      const ended = new Promise((resolve) => network.once("close", resolve));
      network.kill("SIGTERM");
      await ended;
      folder.remove();
    },
  };
}
