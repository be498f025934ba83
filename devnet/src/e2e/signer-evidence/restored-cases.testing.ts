import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { COPIED, copyFolder, FORKED_NODE, type LiveCase, ROBBED } from "./evidence-bed.testing.ts";

export const RESTORED: readonly LiveCase[] = [
  {
    name: "control, a checkpoint after ten entries stands on the ledger, and log and ledger agree",
    expected: "0, signed by the registered key",
    play: async (bed) => {
      const { net } = bed;
      // Others were handed in by hand, or are of nodes that rest.
      const found = () =>
        net
          .events("AuditCheckpointed")
          .find(({ nodeNo }) => ![COPIED, ROBBED, FORKED_NODE].includes(nodeNo));
      await bed.runUntil("a checkpoint", () => found() !== undefined);
      const { nodeNo, checkpoint } = found()!;
      bed.subject = nodeNo;
      if (checkpoint.entries < 10) return `after ${checkpoint.entries} entries`;
      await bed.run();
      // The contract took it: it asks the registry for the key.
      return `${await bed.audit("--log", bed.logOf(bed.subject))}, signed by the registered key`;
    },
  },
  {
    name: "a signer restored from a backup behind the ledger does not start",
    expected: "E_AUDIT_BEHIND",
    play: async (bed) => {
      const { subject } = bed;
      await bed.stop(subject);
      renameSync(bed.signerFolder(subject), join(bed.folder, "newest"));
      copyFolder(bed.backupOf(subject), bed.signerFolder(subject));
      return bed.start(subject);
    },
  },
  {
    name: "the audit of that backup",
    expected: "4 AUDIT_NOT_IN_LOG AUDIT_NONCE_NOT_IN_LOG",
    play: (bed) => bed.audit("--log", bed.logOf(bed.subject)),
  },
  {
    name: "control, with the newest log it starts again",
    expected: "started",
    play: async (bed) => {
      const { subject } = bed;
      rmSync(bed.signerFolder(subject), { recursive: true });
      renameSync(join(bed.folder, "newest"), bed.signerFolder(subject));
      return bed.start(subject);
    },
  },
];
