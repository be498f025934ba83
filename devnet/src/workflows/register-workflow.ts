import { bytesToHex, utf8Bytes } from "@deed/protocol/encoding";
import { type Ledger, ledgerCalls } from "@deed/sdk";
import type { Sender } from "../network/sender.ts";
import type { SignedWorkflow } from "./sign-workflow.ts";

/** Registers a signed workflow; one that is registered already stays as it is. */
export async function registerWorkflow(
  workflow: SignedWorkflow,
  parts: { readonly ledger: Ledger; readonly sender: Sender },
): Promise<void> {
  const { intent, intentHash, signature, yaml } = workflow;
  const { ledger, sender } = parts;
  if ((await ledger.intentNumberOf(intentHash)) !== 0) return;
  const call = ledgerCalls(ledger.deployment).register(
    intent,
    signature,
    bytesToHex(utf8Bytes(yaml)),
  );
  await sender.send(`registration of ${intent.name}`, call);
}
