import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetworkError } from "../../network/network-error.ts";
import { pause } from "../../story/pause.ts";
import type { SignedWorkflow } from "../../workflows/sign-workflow.ts";
import { deed, type Said } from "../deed-command.testing.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "../network.testing.ts";

export interface LiveCase {
  readonly name: string;
  readonly expected: string;
  readonly play: (bed: EvidenceBed) => Promise<string>;
}

/** Nodes of their own for what ends them. */
export const COPIED = 2;
export const ROBBED = 3;
export const FORKED_NODE = 5;
const MOST_RUNS = 60;

/** One network, with a copy of every signer's folder of its first moments. */
export class EvidenceBed {
  readonly net: TestNetwork;
  readonly folder: string;
  readonly #workflow: SignedWorkflow;
  /** The node whose log is tried. */
  subject = FORKED_NODE;

  constructor(net: TestNetwork, folder: string, workflow: SignedWorkflow) {
    this.net = net;
    this.folder = folder;
    this.#workflow = workflow;
    for (const { nodeNo } of net.samples.network.nodes) {
      copyFolder(this.signerFolder(nodeNo), this.backupOf(nodeNo));
    }
  }

  static async open(): Promise<EvidenceBed> {
    // The one that is copied posts none: a log has to be at rest while its copy starts.
    const audit = (nodeNo: number) => ({
      ...{ everyEntries: nodeNo === COPIED ? 100_000 : 10, everyMinutes: 60 },
      witnessSeconds: 1,
    });
    const net = await startTestNetwork({ audit });
    const folder = mkdtempSync(join(tmpdir(), "deed-evidence-"));
    const url = `${net.samples.echo.url}/evidence`;
    const steps = `  - id: send\n    http: { method: PUT, url: "${url}", body: { a: "b" } }`;
    const workflow = await net.manual("evidence", { duration: "10s", steps });
    return new EvidenceBed(net, folder, workflow);
  }

  nodeFolder(nodeNo: number): string {
    return join(this.net.samples.network.directory, `node-${nodeNo}`);
  }

  signerFolder(nodeNo: number): string {
    return join(this.nodeFolder(nodeNo), "signer");
  }

  logOf(nodeNo: number): string {
    return join(this.signerFolder(nodeNo), "audit.log");
  }

  storeOf(nodeNo: number): string {
    return join(this.nodeFolder(nodeNo), "node.db");
  }

  backupOf(nodeNo: number): string {
    return join(this.folder, `backup-${nodeNo}`);
  }

  passphraseOf(nodeNo: number): string {
    return readFileSync(join(this.nodeFolder(nodeNo), "passphrase"), "utf8").trim();
  }

  configOf(nodeNo: number): Record<string, unknown> & { readonly signer: object } {
    return JSON.parse(readFileSync(join(this.nodeFolder(nodeNo), "config.json"), "utf8"));
  }

  /** One run of the workflow, to its end. */
  async run(): Promise<void> {
    await this.net.final(await this.net.fire(this.#workflow));
  }

  /** Runs until something holds; looks a while longer for what comes by itself. */
  async runUntil(what: string, holds: () => boolean): Promise<void> {
    const signal = waitSignal(what);
    for (let run = 0; run < MOST_RUNS && !holds(); run += 1) await this.run();
    while (!holds()) await pause(50, signal);
  }

  stop(nodeNo: number): Promise<void> {
    const { nodes } = this.net.samples.network;
    return nodes.find((node) => node.nodeNo === nodeNo)!.close();
  }

  /** @returns "started", or the code that stood in the way where the answer names a remedy, too. */
  async start(nodeNo: number): Promise<string> {
    try {
      await this.net.samples.network.restartNode(nodeNo);
      return "started";
    } catch (error) {
      if (!(error instanceof NetworkError) || error.failure.code !== "NETWORK_NODE_FAILED")
        throw error;
      return refusalIn(error.failure.output);
    }
  }

  deed(...args: readonly string[]): Promise<Said> {
    return deed(this.folder, ...args, "--dir", this.net.samples.network.directory);
  }

  /** @returns the exit code, then the different codes of what was found. */
  async audit(...args: readonly string[]): Promise<string> {
    const { exitCode, stdout } = await this.deed("signer", "audit", ...args, "--json");
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string }[] };
    return [exitCode, ...new Set(findings.map(({ code }) => code))].join(" ");
  }

  async close(): Promise<void> {
    await this.net.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As `cp -a` does it: owners, too. Sockets stay where they are. */
export function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  execFileSync("cp", ["-a", `${from}/.`, to]);
  rmSync(join(to, "signer.sock"), { force: true });
}

/** The code of a refusal, which is to name a remedy, too. */
export function refusalIn(output: string): string {
  const found = /\bE_[A-Z_]+/.exec(output)?.[0] ?? output.slice(-300);
  return /remedy/.test(output) ? found : `${found} without a remedy`;
}

/** What its log says of the reason for which it signs no more. */
export async function nodeEnded(bed: EvidenceBed, nodeNo: number): Promise<string> {
  const node = bed.net.samples.network.nodes.find((found) => found.nodeNo === nodeNo)!;
  const late = waitSignal(`the end of node ${nodeNo}`);
  const signal = new Promise<never>((_, reject) =>
    late.addEventListener("abort", () => reject(late.reason)),
  );
  const exitCode = await Promise.race([node.exited, signal]);
  const log = readFileSync(join(bed.nodeFolder(nodeNo), "node.log"), "utf8");
  const told = log.split("\n").find((line) => line.includes("this one signs no more")) ?? "";
  return exitCode === 0 ? "ended in order" : (/E_[A-Z_]+/.exec(told)?.[0] ?? "ended");
}
