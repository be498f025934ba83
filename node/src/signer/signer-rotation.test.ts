import {
  commitmentDigest,
  domainSeparator,
  type Hex,
  joinHex,
  keyRotationDigest,
  nobleRecovery,
  recordBatchDigest,
  sealingKeyBindingDigest,
  voteDigest,
  witnessedDigest,
} from "@deed/protocol/encoding";
import { recoverTransactionAddress, type TransactionSerializedEIP1559 } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  aBatch,
  aTransaction,
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  hash,
  SELECTOR,
  type SignerBench,
} from "./signer.testing.ts";
import type { KeySetStatus } from "./signer-api.ts";
import type { SignerClient } from "./signer-client.ts";

// Rotated keys: one log, one counter for each structure, one content for each place, whichever key signs.

const CHANGE_SEC = 1_800_000_000;

let bench: SignerBench;
let client: SignerClient;
let first: KeySetStatus;
let later: KeySetStatus;

beforeEach(async () => {
  bench = await createSignerBench();
  await bench.spawn();
  client = bench.client();
  later = await client.addKeySet();
  first = (await client.status()).sets[0]!;
});
afterEach(() => bench.close());

const before = () => ({ sinceSec: CHANGE_SEC - 1, dutyKey: first.duty });
const after = () => ({ sinceSec: CHANGE_SEC, dutyKey: later.duty });

function domain(name: keyof typeof CONTRACTS): Hex {
  return domainSeparator({ chainId: CHAIN_ID, verifyingContract: CONTRACTS[name] });
}

test("each duty is signed by the key that the ledger names for its begin, and the counters go on", async () => {
  const old = await client.recordBatch({ ...aBatch(1), ...before() });
  const young = await client.recordBatch({ ...aBatch(2), ...after() });
  const signerOf = (signed: typeof old): Hex =>
    nobleRecovery.recover(recordBatchDigest(signed, domain("executions")), signed.signature)!;
  expect([signerOf(old), signerOf(young)]).toEqual([first.duty, later.duty]);
  expect([old.auditSeq, young.auditSeq]).toEqual([1, 2]);
  const said = { batchNo: 1, draw: 0, commitment: hash(5) };
  const commitment = await client.commitment({ ...said, ...after() });
  const digest = commitmentDigest(commitment, domain("executions"));
  expect(nobleRecovery.recover(digest, commitment.signature)).toBe(later.duty);
  const ballot = { disputeNo: 4, fault: 2, leaf: 3, reportHash: hash(4) };
  const vote = await client.vote({ ...ballot, ...before() });
  const voter = nobleRecovery.recover(voteDigest(vote, domain("disputes")), vote.signature);
  expect(voter).toBe(first.duty);
  const batch = await client.signedBatch(2);
  expect(batch?.signature).toBe(young.signature);
});

test("a place that one key signed stays signed, whatever key is named the next time and after a restart", async () => {
  const said = { batchNo: 1, draw: 0, commitment: hash(5) };
  const signed = await client.commitment({ ...said, ...before() });
  expect(await client.commitment({ ...said, ...after() })).toEqual(signed);
  await bench.end();
  await bench.spawn();
  client = bench.client();
  expect(await client.commitment({ ...said, ...after() })).toEqual(signed);
  const other = client.commitment({ ...said, commitment: hash(6), ...after() });
  expect((await failureFrom(other)).code).toBe("E_EQUIVOCATION");
});

test("each action key has nonces of its own, also after a restart; the first set's is the default", async () => {
  const senderOf = async ({ raw }: { raw: Hex }): Promise<string> => {
    const serializedTransaction = raw as TransactionSerializedEIP1559;
    return (await recoverTransactionAddress({ serializedTransaction })).toLowerCase();
  };
  const old = await client.transaction(aTransaction(0));
  const young = await client.transaction({ ...aTransaction(0), from: later.action });
  expect([await senderOf(old), await senderOf(young)]).toEqual([first.action, later.action]);
  await client.transaction({ ...aTransaction(1), from: later.action });
  await bench.end();
  await bench.spawn();
  client = bench.client();
  const { sets } = await client.status();
  expect(sets.map(({ nextNonce }) => nextNonce)).toEqual([1, 2]);
  const otherCall = {
    ...aTransaction(0, { data: joinHex(SELECTOR, hash(77)) }),
    from: later.action,
  };
  expect((await failureFrom(client.transaction(otherCall))).code).toBe("E_EQUIVOCATION");
});

test("new keys prove themselves for the registry, and only keys of this signer do", async () => {
  const keys = { dutyKey: later.duty, actionKey: first.action };
  const proofs = await client.keyRotation({ ...keys, fromSec: 0 });
  const digest = keyRotationDigest(proofs, domain("registry"));
  expect(proofs.nodeNo).toBe(7);
  expect(nobleRecovery.recover(digest, proofs.dutyProof)).toBe(later.duty);
  expect(nobleRecovery.recover(digest, proofs.actionProof)).toBe(first.action);
  const foreign = { ...keys, dutyKey: CONTRACTS.intents, fromSec: 0 };
  expect((await failureFrom(client.keyRotation(foreign))).code).toBe("E_POLICY");
  const unknown = { batchNo: 1, draw: 0, commitment: hash(5), dutyKey: CONTRACTS.intents };
  expect((await failureFrom(client.commitment(unknown))).code).toBe("E_POLICY");
});

test("after a rotation a sealing key is bound, and a checkpoint countersigned, by the key that is named", async () => {
  const { signature, ...binding } = await client.sealingKeyBinding({ operatorNo: 5, ...after() });
  const bound = sealingKeyBindingDigest(binding, domain("registry"));
  expect(nobleRecovery.recover(bound, signature)).toBe(later.duty);
  const seen = { checkpointDigest: hash(9), atMs: CHANGE_SEC * 1000 };
  const witness = await client.witness({ ...seen, ...after() });
  const countersigned = witnessedDigest(witness, domain("executions"));
  expect(nobleRecovery.recover(countersigned, witness.signature)).toBe(later.duty);
});

test("the log after a lost one counts on behind the ledger's positions, and says that it follows one", async () => {
  const lost = await createSignerBench();
  try {
    const continues = { RecordBatch: 41, Commitment: 7, Verdict: 5, Vote: 0, AuditCheckpoint: 3 };
    const minimumAudit = { RecordBatch: 41, Verdict: 5 };
    expect((await failureFrom(lost.spawn({ minimumAudit }))).code).toBe("E_AUDIT_BEHIND");
    await lost.spawn({ continues, minimumAudit });
    const next = lost.client();
    expect((await next.recordBatch(aBatch(1))).auditSeq).toBe(42);
    await lost.end();
    // The log itself says it from now on.
    await lost.spawn({ minimumAudit: { RecordBatch: 42 } });
    const { auditSeq, begun } = await lost.client().status();
    expect(auditSeq).toEqual({ ...continues, RecordBatch: 42 });
    expect(begun.continues).toBe(true);
  } finally {
    await lost.close();
  }
});
