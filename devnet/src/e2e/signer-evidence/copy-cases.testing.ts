import { renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { connectSigner } from "@deed/node";
import { pause } from "../../story/pause.ts";
import { waitSignal } from "../network.testing.ts";
import { openSecondMachine, type SecondMachine, thisMachine } from "../second-machine.testing.ts";
import {
  COPIED,
  copyFolder,
  type EvidenceBed,
  type LiveCase,
  nodeEnded,
  refusalIn,
} from "./evidence-bed.testing.ts";

const MOST_COPIES = 10;
/** Some times as long as a node waits until it shows its witnesses a checkpoint. */
const QUIET_MS = 3_000;

/**
 * Waits until the original has nothing left to sign. A checkpoint that the original would show its witnesses after it was
 * copied were a signature that the copy does not have: then neither of the two could go on.
 */
async function waitQuiet(bed: EvidenceBed): Promise<void> {
  const signal = waitSignal("a signer at rest");
  const size = () => statSync(bed.logOf(COPIED)).size;
  let last = size();
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < QUIET_MS) {
    await pause(100, signal);
    signal.throwIfAborted();
    const now = size();
    if (now === last) continue;
    last = now;
    sinceMs = performance.now();
  }
}

/** Everything of a copy that must be its own; where the keys and the ledger are stays as it was. */
function copyConfig(bed: EvidenceBed, nodeNo: number, to: string): Record<string, unknown> {
  const config = bed.configOf(nodeNo);
  return {
    ...config,
    dataDirectory: to,
    signer: { ...config.signer, directory: join(to, "signer") },
    log: { level: "info", file: join(to, "node.log") },
  };
}

/** A copy of a node at work is soon behind, and refuses: then the next copy is tried. */
async function startCurrentCopy(
  bed: EvidenceBed,
  machine: SecondMachine,
  to: string,
): Promise<string> {
  let said = "";
  for (let copy = 0; copy < MOST_COPIES; copy += 1) {
    rmSync(to, { recursive: true, force: true });
    await waitQuiet(bed);
    copyFolder(bed.signerFolder(COPIED), join(to, "signer"));
    const line = await machine.startNode(copyConfig(bed, COPIED, to));
    if (line.ready !== undefined) return "started";
    said = refusalIn(JSON.stringify(line));
    if (said !== "E_AUDIT_BEHIND") return said;
  }
  return said;
}

export const COPIES: readonly LiveCase[] = [
  {
    name: "a copy of a signer's folder on the same machine does not start",
    expected: "E_LOCKED",
    play: async (bed) => {
      await bed.run();
      const to = join(bed.folder, "beside");
      copyFolder(bed.signerFolder(COPIED), join(to, "signer"));
      const machine = thisMachine();
      try {
        const line = await machine.startNode(copyConfig(bed, COPIED, to));
        return refusalIn(JSON.stringify(line));
      } finally {
        await machine.close();
      }
    },
  },
  {
    name: "a copy on another machine, which reaches nothing but the ledger: the original signs no more",
    expected: "copy signs, original E_AUDIT_BEHIND, again E_AUDIT_BEHIND",
    play: async (bed) => {
      const to = join(bed.folder, "machine");
      const chainPort = Number(new URL(bed.net.samples.network.rpcUrl).port);
      const machine = await openSecondMachine({ folder: bed.folder, chainPort });
      try {
        const said = await startCurrentCopy(bed, machine, to);
        if (said !== "started") return `copy ${said}`;
        const original = await nodeEnded(bed, COPIED);
        const { signer, close } = connectSigner(join(to, "signer", "signer.json"));
        const signal = waitSignal("the copy's settling");
        while (!(await signer.status()).isSettled) await pause(50, signal);
        close();
        return `copy signs, original ${original}, again ${await bed.start(COPIED)}`;
      } finally {
        await machine.close();
        // The newcomer's log is the one that goes on.
        rmSync(bed.signerFolder(COPIED), { recursive: true });
        renameSync(join(to, "signer"), bed.signerFolder(COPIED));
      }
    },
  },
  {
    name: "control, the node goes on with the log that won",
    expected: "started",
    play: (bed) => bed.start(COPIED),
  },
];
