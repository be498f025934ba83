import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  bytesToHex,
  commitmentDigest,
  domainSeparator,
  type Hex,
  isPreimageOf,
  itemsRoot,
  joinHex,
  nobleRecovery,
  receiptDigest,
  recordBatchDigest,
  recordRoot,
  splitRecords,
  tlsCaBindingDigest,
  verdictDigest,
  voteDigest,
} from "@deed/protocol/encoding";
import { recoverTransactionAddress, type TransactionSerializedEIP1559 } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aBatch,
  addressOf,
  aRecord,
  aTransaction,
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  hash,
  SELECTOR,
  type SignerBench,
} from "./signer.testing.ts";
import type { SignerClient } from "./signer-client.ts";
import type { SpawnedSigner } from "./spawn-signer.ts";

let bench: SignerBench;
let signer: SpawnedSigner;
let client: SignerClient;

beforeAll(async () => {
  bench = await createSignerBench();
  signer = await bench.spawn();
  client = bench.client();
}, 30_000);
afterAll(() => bench.close());

function domain(name: keyof typeof CONTRACTS): Hex {
  return domainSeparator({ chainId: CHAIN_ID, verifyingContract: CONTRACTS[name] });
}

describe("structures", () => {
  test("a batch is signed over roots that the signer computed, by the duty key", async () => {
    const batch = aBatch(1, 5);
    const signed = await client.recordBatch({
      ...batch,
      posted: 0b10110n,
      records: joinHex(...[1, 2, 4].map((index) => aRecord(1000 + index, 0))),
    });
    const records = splitRecords(joinHex(...[1, 2, 4].map((index) => aRecord(1000 + index, 0))));
    expect(signed.itemsRoot).toBe(itemsRoot(batch.items));
    expect(signed.recordRoot).toBe(recordRoot(records, 0b10110n, 5));
    expect(signed.posted).toBe(0b10110n);
    expect(signed.auditSeq).toBe(1);
    const digest = recordBatchDigest(signed, domain("executions"));
    expect(nobleRecovery.recover(digest, signed.signature)).toBe(signer.publicKeys.duty);
  });

  test("every structure is signed under its own domain, with a counter of its own", async () => {
    const commitment = await client.commitment({ batchNo: 1, draw: 0, commitment: hash(5) });
    const second = await client.commitment({ batchNo: 2, draw: 0, commitment: hash(6) });
    const verdict = await client.verdict({
      batchNo: 1,
      draw: 0,
      recordBlockHash: hash(1),
      commitmentsHash: hash(2),
      fault: 1n << 255n,
      unable: 1n,
      reportHash: hash(3),
    });
    const vote = await client.vote({ disputeNo: 4, fault: 2, leaf: 3, reportHash: hash(4) });
    const receipt = await client.receipt({ fireHash: hash(9), atMs: 1_700_000_000_000 });
    const binding = await client.tlsCaBinding({ operatorNo: 5, endpoint: "https://a.example:1" });
    expect([commitment.auditSeq, second.auditSeq, verdict.auditSeq, vote.auditSeq]).toEqual([
      1, 2, 1, 1,
    ]);
    expect(verdict.fault).toBe(1n << 255n);
    expect(binding.caHash).toBe(signer.publicKeys.caHash);
    expect(receipt.nodeNo).toBe(7);
    const signatures: [Hex, Hex][] = [
      [commitmentDigest(commitment, domain("executions")), commitment.signature],
      [commitmentDigest(second, domain("executions")), second.signature],
      [verdictDigest(verdict, domain("executions")), verdict.signature],
      [voteDigest(vote, domain("disputes")), vote.signature],
      [receiptDigest(receipt, domain("intents")), receipt.signature],
      [tlsCaBindingDigest(binding, domain("registry")), binding.signature],
    ];
    for (const [digest, signature] of signatures) {
      expect(nobleRecovery.recover(digest, signature)).toBe(signer.publicKeys.duty);
    }
  });

  test("asked again, it gives the same structure and logs nothing", async () => {
    const first = await client.commitment({ batchNo: 20, draw: 1, commitment: hash(5) });
    const before = await client.status();
    expect(await client.commitment({ batchNo: 20, draw: 1, commitment: hash(5) })).toEqual(first);
    const batch = await client.recordBatch(aBatch(20));
    expect(await client.recordBatch(aBatch(20))).toEqual(batch);
    expect((await client.status()).auditSeq).toEqual({
      ...before.auditSeq,
      RecordBatch: before.auditSeq.RecordBatch + 1,
    });
  });

  test("what was signed for a batch can be had back whole", async () => {
    const batch = aBatch(21);
    const signed = await client.recordBatch(batch);
    expect(await client.signedBatch(21)).toEqual({ ...signed, records: batch.records });
    expect(await client.signedBatch(22)).toBeNull();
  });

  test("many at once get one entry each, and the same request twice gets one", async () => {
    const before = (await client.status()).auditSeq.Commitment;
    const asked = Array.from({ length: 300 }, (_, index) => index % 150);
    const signed = await Promise.all(
      asked.map((index) =>
        client.commitment({ batchNo: 500 + index, draw: 0, commitment: hash(index) }),
      ),
    );
    expect((await client.status()).auditSeq.Commitment).toBe(before + 150);
    expect(signed.slice(150)).toEqual(signed.slice(0, 150));
    expect(new Set(signed.map(({ auditSeq }) => auditSeq)).size).toBe(150);
  });
});

describe("equivocation", () => {
  test("other content for a signed place is refused and logged, for every structure", async () => {
    await client.recordBatch(aBatch(30));
    await client.vote({ disputeNo: 30, fault: 2, leaf: 3, reportHash: hash(4) });
    const verdict = {
      batchNo: 30,
      draw: 0,
      recordBlockHash: hash(1),
      commitmentsHash: hash(2),
      fault: 0n,
      unable: 0n,
      reportHash: hash(3),
    };
    await client.verdict(verdict);
    const attempts = [
      client.recordBatch(aBatch(30, 2, 1)),
      client.recordBatch({ ...aBatch(30), posted: 1n, records: aRecord(30_000, 0) }),
      client.verdict({ ...verdict, unable: 1n }),
      client.verdict({ ...verdict, recordBlockHash: hash(8) }),
      client.vote({ disputeNo: 30, fault: 3, leaf: 3, reportHash: hash(4) }),
    ];
    const failures = await Promise.all(attempts.map(failureFrom));
    expect(failures.map(({ code }) => code)).toEqual(attempts.map(() => "E_EQUIVOCATION"));
    expect(bench.logged()).toContain("Equivocation refused");
    expect(readFileSync(bench.config.auditLogPath, "utf8")).toContain('"place":"Vote 30"');
  });

  test("a record is guarded by its execution and attempt, in whatever batch it comes", async () => {
    await client.recordBatch(aBatch(31, 1));
    const [item] = aBatch(31, 1).items;
    const other = { batchNo: 32, items: [item!], posted: 1n, records: aRecord(31_000, 99) };
    expect(await failureFrom(client.recordBatch(other))).toMatchObject({
      code: "E_EQUIVOCATION",
      place: `Record ${hash(31_000)}/1`,
    });
    const same = { ...other, records: aRecord(31_000, 0) };
    expect((await client.recordBatch(same)).batchNo).toBe(32);
    const secondAttempt = {
      batchNo: 33,
      items: [{ ...item!, attempt: 2 }],
      posted: 1n,
      records: aRecord(31_000, 99, 2),
    };
    expect((await client.recordBatch(secondAttempt)).batchNo).toBe(33);
  });

  test("two contents that come at the same moment: one is signed", async () => {
    const asked = [1, 2, 3].map((value) =>
      client.commitment({ batchNo: 34, draw: 0, commitment: hash(value) }),
    );
    const results = await Promise.allSettled(asked);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test("one batch cannot hold two records of one execution", async () => {
    const [item] = aBatch(35, 1).items;
    const twice = {
      batchNo: 35,
      items: [item!, item!],
      posted: 3n,
      records: joinHex(aRecord(1, 1), aRecord(2, 2)),
    };
    expect((await failureFrom(client.recordBatch(twice))).code).toBe("E_EQUIVOCATION");
  });

  test("a record of another attempt than its item's is refused", async () => {
    const wrong = { ...aBatch(36, 1), records: aRecord(36_000, 0, 2) };
    expect(await failureFrom(client.recordBatch(wrong))).toMatchObject({
      code: "E_POLICY",
      rule: "attempt of the record",
    });
  });
});

describe("transactions", () => {
  test("nonces are used one after the other; a nonce is signed again for the same call only", async () => {
    const signed = await Promise.all([0, 1, 2].map((n) => client.transaction(aTransaction(n))));
    const sender = await recoverTransactionAddress({
      serializedTransaction: signed[1]!.raw as TransactionSerializedEIP1559,
    });
    expect(sender.toLowerCase()).toBe(signer.publicKeys.action);
    expect(await client.transaction(aTransaction(1))).toEqual(signed[1]);
    const raised = await client.transaction(aTransaction(1, { maxFeePerGasWei: 7n }));
    expect(raised.txHash).not.toBe(signed[1]!.txHash);
    const other = client.transaction(aTransaction(1, { data: joinHex(SELECTOR, hash(77)) }));
    expect(await failureFrom(other)).toMatchObject({ code: "E_EQUIVOCATION" });
    expect(await failureFrom(client.transaction(aTransaction(4)))).toEqual({
      code: "E_NONCE",
      asked: 4,
      next: 3,
    });
  });

  test("a nonce can be burnt by an empty transfer to itself, and by nothing else", async () => {
    const { nextNonce } = await client.status();
    const fees = { maxFeePerGasWei: 1n, maxPriorityFeePerGasWei: 0n };
    await client.burn({ nonce: nextNonce, ...fees });
    await client.burn({ nonce: 0, ...fees });
    const refused = client.transaction(aTransaction(nextNonce));
    expect(await failureFrom(refused)).toMatchObject({ code: "E_NONCE" });
    expect((await client.status()).nextNonce).toBe(nextNonce + 1);
  });

  test("only listed functions of listed contracts, inside the caps", async () => {
    const { nextNonce } = await client.status();
    const attempts = [
      aTransaction(nextNonce, { to: addressOf(77) }),
      aTransaction(nextNonce, { data: "0xdeadbeef" }),
      aTransaction(nextNonce, { data: "0x112233" }),
      aTransaction(nextNonce, { data: "0x" }),
      aTransaction(nextNonce, { to: signer.publicKeys.action, data: "0x" }),
      aTransaction(nextNonce, { gas: 16_000_001 }),
      aTransaction(nextNonce, { maxFeePerGasWei: 100_000_000_001n }),
      aTransaction(nextNonce, { maxPriorityFeePerGasWei: 1n }),
    ];
    for (const attempt of attempts) {
      expect((await failureFrom(client.transaction(attempt))).code).toBe("E_POLICY");
    }
    expect((await client.status()).nextNonce).toBe(nextNonce);
  });
});

describe("certificates and beacon", () => {
  test("a leaf for this node and about an hour from now, nothing else", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const nowSec = Math.floor(Date.now() / 1000);
    const leaf = {
      publicKeySpki: bytesToHex(publicKey.export({ type: "spki", format: "der" })),
      nodeUri: "spiffe://node-7.31337.deed/node",
      validFromSec: nowSec - 60,
      validToSec: nowSec + 3_600,
    };
    const der = await client.issueLeaf(leaf);
    const ca = new X509Certificate(Buffer.from((await client.caCertificate()).slice(2), "hex"));
    const certificate = new X509Certificate(Buffer.from(der.slice(2), "hex"));
    expect(certificate.verify(ca.publicKey)).toBe(true);
    for (const change of [
      { nodeUri: "spiffe://node-8.31337.deed/node" },
      { validToSec: nowSec + 7_200 },
      { validFromSec: nowSec + 3_000, validToSec: nowSec + 5_000 },
    ]) {
      expect((await failureFrom(client.issueLeaf({ ...leaf, ...change }))).code).toBe("E_POLICY");
    }
  });

  test("preimages lead to the tip, one step each", async () => {
    const tip = await client.chainTip();
    const first = await client.preimage({ anchor: tip, usedPreimages: 0, behind: 0 });
    expect(isPreimageOf(first, tip)).toBe(true);
    const second = await client.preimage({ anchor: first, usedPreimages: 1, behind: 0 });
    expect(isPreimageOf(second, first)).toBe(true);
    // Given with its cohort: the ledger has written no newer anchor.
    const third = await client.preimage({ anchor: tip, usedPreimages: 2, behind: 2 });
    expect(isPreimageOf(third, second)).toBe(true);
    expect(await client.preimage({ anchor: first, usedPreimages: 2, behind: 1 })).toBe(third);
  });

  test("a preimage is given of the chain that the ledger's anchor lies on, and of no other", async () => {
    const chain = { set: 1, chainNo: 2 };
    const tip = await client.chainTip(chain);
    expect(tip).not.toBe(await client.chainTip());
    const position = { anchor: tip, usedPreimages: 0, behind: 0 };
    expect(await client.chainInForce(position)).toEqual(chain);
    const first = await client.preimage(position);
    expect(isPreimageOf(first, tip)).toBe(true);
    // Number 500 of a chain of which the ledger has the tip would give away the 499 before it.
    const early = { anchor: tip, usedPreimages: 499, behind: 0 };
    expect(await client.chainInForce(early)).toBeNull();
    expect((await failureFrom(client.preimage(early))).code).toBe("E_BEACON_CHAIN");
    const foreign = { anchor: hash(7), usedPreimages: 3, behind: 1 };
    expect(await failureFrom(client.preimage(foreign))).toEqual({
      code: "E_BEACON_CHAIN",
      anchor: hash(7),
    });
    const wrong = { anchor: tip, usedPreimages: 1, behind: 2 };
    expect((await failureFrom(client.preimage(wrong))).code).toBe("E_BAD_REQUEST");
    const far = client.chainTip({ set: 1, chainNo: 40 });
    expect((await failureFrom(far)).code).toBe("E_POLICY");
    expect((await failureFrom(client.chainTip({ set: 2, chainNo: 1 }))).code).toBe("E_POLICY");
  });
});
