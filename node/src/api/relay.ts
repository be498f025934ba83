import {
  bytesToHex,
  domainSeparator,
  type Hex,
  type Intent,
  invalidateNonceDigest,
  nobleRecovery,
  revokeDigest,
  ZERO_ADDRESS,
} from "@deed/protocol/encoding";
import {
  describeRevert,
  type IntentSubmission,
  type InvalidatedNonce,
  intentFromJson,
  type LedgerCall,
  type NonceInvalidationMessage,
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
  await refuseTakenBack(node, intent, intentHash);
  const call = node.calls.register(intent, signature, bytesToHex(yamlBytes));
  const txHash = await send(context, `register:${intentHash}`, call);
  const intentNo = await node.ledger.intentNumberOf(intentHash);
  return registered(context, intentHash, intentNo, txHash);
}

/** What its owner or its revoker took back before the registration, the ledger would refuse too. */
async function refuseTakenBack(node: NodeView, intent: Intent, intentHash: Hex): Promise<void> {
  const { owner, revoker, nonce } = intent;
  const remedy = "Sign the workflow again, with another nonce.";
  const signers = revoker === ZERO_ADDRESS ? [owner] : [owner, revoker];
  for (const signer of signers) {
    if (!(await node.ledger.isRevoked(signer, intentHash))) continue;
    const who = signer === owner ? "owner" : "revoker";
    throw refusal("INTENT_REVOKED", `its ${who} revoked it before it was registered`, remedy);
  }
  if (!(await node.ledger.isNonceSpent(owner, nonce))) return;
  throw refusal("NONCE_SPENT", `nonce ${nonce} of ${owner} was spent or invalidated`, remedy);
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
  if (row.intent.revoker === signer) return;
  const message = `${signer} is neither the intent's owner nor its revoker`;
  throw refusal("REVOKE_NOT_ALLOWED", message, "Sign with the owner's or the revoker's key.");
}

/** Passes on an invalidation that the nonce's owner signed. */
export async function relayInvalidation(
  context: ApiContext,
  { owner, nonce, signature }: NonceInvalidationMessage,
): Promise<InvalidatedNonce> {
  const { node } = context;
  const { chainId, intents } = node.ledger.deployment;
  const domain = domainSeparator({ chainId, verifyingContract: intents });
  const digest = invalidateNonceDigest({ owner, nonce: BigInt(nonce) }, domain);
  const recovered = nobleRecovery.recover(digest, signature);
  if (recovered !== owner && !(await isContract(node, owner))) {
    const remedy = "Sign with that key, for this chain and these contracts.";
    throw refusal("NONCE_BAD_SIGNATURE", `the signature is not ${owner}'s`, remedy);
  }
  if (await node.ledger.isNonceSpent(owner, BigInt(nonce))) {
    const used = registeredWith(node, owner, nonce);
    if (used === null) return { owner, nonce, txHash: null };
    const message = `intent ${used} is registered with nonce ${nonce}`;
    throw refusal("NONCE_SPENT", message, `Revoke that intent: deed revoke ${used}`);
  }
  const call = node.calls.invalidateNonceBySignature(owner, BigInt(nonce), signature);
  return { owner, nonce, txHash: await send(context, `nonce:${owner}:${nonce}`, call) };
}

/** The intent that spent a nonce, as far as this node knows. */
function registeredWith({ store }: NodeView, owner: Hex, nonce: string): Hex | null {
  const rows = store.read.intents.select(
    "owner = :owner AND json_extract(intent, '$.nonce') = :nonce LIMIT 1",
    { owner, nonce },
  );
  return rows[0]?.intentHash ?? null;
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
