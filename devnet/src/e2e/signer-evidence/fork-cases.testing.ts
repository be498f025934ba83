import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { ledgerCalls } from "@deed/sdk";
import { pause } from "../../story/pause.ts";
import { signAsMuchAs, startLooseSigner } from "../loose-signer.testing.ts";
import { waitSignal } from "../network.testing.ts";
import { stealKeys } from "../node-keys.testing.ts";
import { copyFolder, type EvidenceBed, type LiveCase } from "./evidence-bed.testing.ts";

/** Waits until one store holds a checkpoint of the node that is newer. */
async function witnessOf(bed: EvidenceBed, nodeNo: number, above: number): Promise<number> {
  const witness = (nodeNo % 7) + 1;
  await bed.net.stored(witness, (read) =>
    read.witnessed.of(nodeNo).some(({ auditSeq }) => auditSeq > above) ? true : null,
  );
  return witness;
}

/** How many transactions of the node's action key stand on the chain. */
async function minedOf(bed: EvidenceBed, nodeNo: number): Promise<number> {
  const { network } = bed.net.samples;
  const { action } = await stealKeys(network.directory, nodeNo);
  const asked = [action.address, "latest"];
  return Number(await network.rpc.request<Hex>("eth_getTransactionCount", asked));
}

/** Runs until the chain holds more of the node's transactions than it did. */
async function runUntilMined(bed: EvidenceBed, nodeNo: number, above: number): Promise<void> {
  const signal = waitSignal("a transaction of the node on the chain");
  while ((await minedOf(bed, nodeNo)) <= above) {
    await bed.run();
    await pause(50, signal);
    signal.throwIfAborted();
  }
}

/** What was seen of the fork, for the cases after it. */
const seen = { witness: 0, fork: "", checkpoints: "", other: null as null | object };

export const FORKED: readonly LiveCase[] = [
  {
    name: "a log that was forked: what a witness countersigned is not in it",
    // The chain holds the honest log's transactions at nonces at which the fork signed others.
    expected: "4 AUDIT_FORKED AUDIT_OTHER_TRANSACTION",
    play: async (bed) => {
      const { subject, net } = bed;
      await bed.stop(subject);
      const mined = await minedOf(bed, subject);
      const from = join(bed.folder, "before");
      copyFolder(bed.signerFolder(subject), from);
      const known = await net.stored(
        subject,
        (read) => read.witnessed.of(subject)[0]?.auditSeq ?? 0,
      );
      await bed.start(subject);
      const signed = () => readFileSync(bed.logOf(subject), "utf8").split('"Commitment"').length;
      const before = signed();
      await bed.runUntil("a duty of the subject", () => signed() > before);
      await runUntilMined(bed, subject, mined);
      seen.witness = await witnessOf(bed, subject, known);
      await bed.stop(subject);
      const honest = await startLooseSigner({
        ...{ from: bed.signerFolder(subject), to: join(bed.folder, "honest") },
        passphrase: bed.passphraseOf(subject),
      });
      const status = await honest.signer.status();
      await honest.close();
      const fork = await startLooseSigner({
        ...{ from, to: join(bed.folder, "fork"), passphrase: bed.passphraseOf(subject) },
      });
      await signAsMuchAs(fork.signer, status);
      const said: object[] = [];
      for (let no = known + 1; no <= status.auditSeq.AuditCheckpoint; no += 1) {
        said.push(await fork.signer.auditCheckpoint(no));
      }
      await fork.close();
      seen.fork = fork.logPath;
      seen.checkpoints = join(bed.folder, "fork.json");
      seen.other = said[0] ?? null;
      writeFileSync(seen.checkpoints, JSON.stringify(said));
      const codes = await bed.audit("--log", seen.fork, "--witness", bed.storeOf(seen.witness));
      return codes
        .split(" ")
        .filter((code) => code !== "AUDIT_NOT_IN_LOG")
        .join(" ");
    },
  },
  {
    name: "its node does not start: its witnesses hold another log",
    expected: "E_AUDIT_FORKED",
    play: async (bed) => {
      const { subject } = bed;
      const own = bed.signerFolder(subject);
      renameSync(join(own, "audit.log"), join(own, "honest.log"));
      cpSync(seen.fork, join(own, "audit.log"));
      const said = await bed.start(subject);
      rmSync(join(own, "audit.log"));
      renameSync(join(own, "honest.log"), join(own, "audit.log"));
      return said;
    },
  },
  {
    name: "two checkpoints of one number, both under the registered key, whatever log is shown",
    expected: "4 AUDIT_CONTRADICTED",
    play: (bed) => {
      const files = [bed.storeOf(seen.witness), seen.checkpoints];
      return bed.audit(String(bed.subject), "--witness", ...files);
    },
  },
  {
    name: "a log whose tail was cut: a witness holds what is not in it",
    expected: "a witness holds more",
    play: async (bed) => {
      const cut = join(bed.folder, "cut.log");
      const lines = readFileSync(bed.logOf(bed.subject), "utf8").split(/(?<=\n)/);
      const last = lines.findLastIndex((line) => line.includes('"AuditCheckpoint"'));
      writeFileSync(cut, lines.slice(0, last).join(""));
      const files = ["--log", cut, "--witness", bed.storeOf(seen.witness), "--json"];
      const { json, exitCode } = await bed.deed("signer", "audit", ...files);
      const findings = json["findings"] as readonly { code: string; text: string }[];
      const held = findings.some(
        ({ code, text }) => code === "AUDIT_NOT_IN_LOG" && text.includes("node.db"),
      );
      return held && exitCode === 4 ? "a witness holds more" : JSON.stringify(findings);
    },
  },
  {
    name: "handed in by anyone, the ledger says it for ever, and the audit needs nothing else",
    expected: "4 AUDIT_TWO_AT_ONE_PLACE",
    play: async (bed) => {
      const { samples } = bed.net;
      const calls = ledgerCalls(samples.network.deployment);
      const { subject } = bed;
      const held = await bed.net.stored(seen.witness, (read) => {
        const rows = read.witnessed.of(subject);
        const { auditSeq } = seen.other as { readonly auditSeq: number };
        return rows.find((row) => row.auditSeq === auditSeq) ?? null;
      });
      const honest = { ...held.checkpoint, signature: held.signature };
      for (const one of [honest, seen.other as typeof honest]) {
        await samples.sender.send("checkpoint", calls.checkpointAudit(one));
      }
      return bed.audit(String(subject));
    },
  },
  {
    name: "control, with its own log the node starts again",
    expected: "started",
    play: (bed) => bed.start(bed.subject),
  },
];
