import {
  bytesToHex,
  domainSeparator,
  type Hex,
  nobleRecovery,
  revokeDigest,
} from "@deed/protocol/encoding";
import {
  describeRevert,
  type IntentSubmission,
  intentFromJson,
  type LedgerCall,
  type RegisteredIntent,
  type Revocation,
  type RevokedIntent,
} from "@deed/sdk";
import type { ApiContext } from "./api-context.ts";
import { refusal } from "./api-error.ts";
import { checkSubmission, isContract } from "./check-submission.ts";
import type { NodeView } from "./node-view.ts";

/** Longest wait for a block, and then for this node to read it. */
const MINED_MS = 45_000;
const READ_MS = 5_000;

/** Registers an intent through this node's outbox. Sent again, it answers what the ledger has. */
export async function relayIntent(
  context: ApiContext,
  submission: IntentSubmission,
): Promise<RegisteredIntent> {
  const { node } = context;
  const intent = intentFromJson(submission.intent);
  const { signature, yaml } = submission;
  const { intentHash, yamlBytes } = await checkSubmission(node, intent, signature, yaml);
  const known = await node.ledger.intentNumberOf(intentHash);
  if (known !== 0) return registered(context, intentHash, known, null);
  if (await node.ledger.isRevoked(intent.owner, intentHash)) {
    const message = "its owner revoked it before it was registered";
    throw refusal("INTENT_REVOKED", message, "Sign the workflow again, with another nonce.");
  }
  const call = node.calls.register(intent, signature, bytesToHex(yamlBytes));
  const txHash = await send(context, `register:${intentHash}`, call);
  const intentNo = await node.ledger.intentNumberOf(intentHash);
  return registered(context, intentHash, intentNo, txHash);
}

async function registered(
  context: ApiContext,
  intentHash: Hex,
  intentNo: number,
  txHash: Hex | null,
): Promise<RegisteredIntent> {
  const row = await readIntent(context, intentNo);
  return {
    intentHash,
    intentNo,
    txHash: txHash ?? row?.registeredTx ?? null,
    state: row?.state ?? null,
    refusal: row?.refusal ?? null,
  };
}

type IntentRow = NonNullable<ReturnType<NodeView["store"]["read"]["intents"]["get"]>>;

/** Waits until the watch role has read the registration, so that what follows finds it. */
function readIntent(context: ApiContext, intentNo: number): Promise<IntentRow | null> {
  const { intents } = context.node.store.read;
  return untilRead(context, () => intents.get({ intentNo }));
}

/** Looks after every commit that touches intents. @returns null when the time is over first. */
function untilRead(context: ApiContext, find: () => IntentRow | null): Promise<IntentRow | null> {
  const { store } = context.node;
  const limit = AbortSignal.any([context.closing, AbortSignal.timeout(READ_MS)]);
  return new Promise((resolve) => {
    const look = (): void => {
      const row = find();
      if (row === null && !limit.aborted) return;
      unsubscribe();
      limit.removeEventListener("abort", look);
      resolve(row);
    };
    const unsubscribe = store.onCommit((touched) => {
      if (touched.has("intents")) look();
    });
    limit.addEventListener("abort", look);
    look();
  });
}

/** Passes on a revocation that its signer signed; also of an intent that is not registered. */
export async function relayRevocation(
  context: ApiContext,
  intentHash: Hex,
  { signer, signature }: Revocation,
): Promise<RevokedIntent> {
  const { node } = context;
  const { chainId, intents } = node.ledger.deployment;
  const digest = revokeDigest(intentHash, domainSeparator({ chainId, verifyingContract: intents }));
  const recovered = nobleRecovery.recover(digest, signature);
  if (recovered !== signer && !(await isContract(node, signer))) {
    const message = `the signature is not ${signer}'s`;
    const remedy = "Sign with that key, for this chain and these contracts.";
    throw refusal("REVOKE_BAD_SIGNATURE", message, remedy);
  }
  const row = node.store.read.intents.byHash(intentHash);
  checkRevoker(row, signer);
  if (row !== null && row.revokedBlock !== null) return { intentHash, txHash: null };
  const call = node.calls.revokeBySignature(signer, intentHash, signature);
  const txHash = await send(context, `revoke:${intentHash}:${signer}`, call);
  // A fire that follows the answer must find the intent revoked; one that is not registered has no row.
  if (row !== null) await untilRead(context, () => revokedRow(node, intentHash));
  return { intentHash, txHash };
}

function revokedRow(node: NodeView, intentHash: Hex): IntentRow | null {
  const row = node.store.read.intents.byHash(intentHash);
  return row?.revokedBlock == null ? null : row;
}

function checkRevoker(row: IntentRow | null, signer: Hex): void {
  if (row === null || row.owner === signer) return;
  const { revoker } = row.intent as { readonly revoker?: string };
  if (revoker === signer) return;
  const message = `${signer} is neither the intent's owner nor its revoker`;
  throw refusal("REVOKE_NOT_ALLOWED", message, "Sign with the owner's or the revoker's key.");
}

/** Sends a call and waits for its block. Errors: ApiError. @returns the transaction's hash. */
async function send(context: ApiContext, base: string, call: LedgerCall): Promise<Hex> {
  const { transactions } = context.node;
  const purpose = openPurpose(context.node, base);
  await transactions.wish({ purpose, call, gas: null });
  const limit = AbortSignal.any([context.closing, AbortSignal.timeout(MINED_MS)]);
  const end = await transactions.ended(purpose, limit).catch((cause: unknown) => {
    const message = "the transaction is sent, but not in a block yet";
    throw refusal("TRANSACTION_PENDING", message, "Ask again: nothing is sent twice.", { cause });
  });
  const remedy = "The ledger's contracts said so: see the reason in the message.";
  if (end.kind === "never") {
    throw refusal("TRANSACTION_FAILED", `not sent: ${reasonText(end.reason)}`, remedy);
  }
  if (!end.receipt.success) {
    const message = `transaction ${end.receipt.txHash} reverted`;
    throw refusal("TRANSACTION_FAILED", message, remedy);
  }
  return end.receipt.txHash;
}

/** A wish that ended badly is final under its name; asked again, it gets another one. */
function openPurpose(node: NodeView, base: string): string {
  const { transactions } = node.store.read;
  for (let tried = 0; ; tried += 1) {
    const purpose = tried === 0 ? base : `${base}:${tried}`;
    const row = transactions.byPurpose(purpose);
    const isOver =
      row?.state === "failed" ||
      row?.state === "burnt" ||
      (row?.state === "mined" && row.receipt?.success === false);
    if (!isOver) return purpose;
  }
}

function reasonText(reason: string): string {
  if (!/^0x[0-9a-f]*$/i.test(reason)) return reason;
  return describeRevert(reason as Hex) ?? reason;
}
