import type { Command } from "commander";
import { type Act, command } from "../command-context.ts";
import { signerAuditCommand } from "./signer-audit.ts";
import { signerLinkCommand } from "./signer-link.ts";

/** What keys signed, and the way to a signer on another machine. */
export function signerCommand(act: Act): Command {
  const signer = command(
    "signer",
    "Account for every use of a node's keys, and reach a signer elsewhere",
    "deed signer audit --log audit.log",
  );
  return signer.addCommand(signerAuditCommand(act)).addCommand(signerLinkCommand(act));
}
