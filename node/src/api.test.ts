import { type Hex, nobleHasher, revokeDigest, utf8Bytes } from "@deed/protocol/encoding";
import { privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RateLimiter } from "./api/rate-limiter.ts";
import {
  type ApiBed,
  bundleOf,
  OWNER,
  openApi,
  owner,
  refused,
  separator,
  signed,
  storeIntent,
  YAML,
} from "./api.testing.ts";
import { aBatch, anExecution, hash } from "./store/store.testing.ts";

let bed: ApiBed;
let node: ApiBed["node"];
let api: ApiBed["api"];
let client: ApiBed["client"];
let ledger: ApiBed["ledger"];
let fires: ApiBed["fires"];

beforeEach(async () => {
  bed = await openApi();
  ({ node, api, client, ledger, fires } = bed);
});

afterEach(() => bed.close());

describe("registration", () => {
  test("a signed intent is sent once and answers its number", async () => {
    const submission = await signed();
    const { hash: intentHash, ...body } = submission;
    const answer = client.submitIntent(body);
    await node.transactions.wished(1);
    const [wish] = node.transactions.wishes;
    expect(wish).toMatchObject({ purpose: `register:${intentHash}`, gas: null });
    ledger.number = 3;
    await storeIntent(node);
    node.transactions.end(wish!.purpose, {
      kind: "mined",
      receipt: {
        txHash: hash(8),
        blockNumber: 4,
        blockHash: hash(9),
        success: true,
        gasUsed: 1,
        logs: [],
      },
    });
    const registered = {
      intentHash,
      intentNo: 3,
      txHash: hash(8),
      state: "accepted",
      refusal: null,
    };
    expect(await answer).toEqual(registered);
    expect(await client.submitIntent(body)).toEqual(registered);
    expect(node.transactions.wishes).toHaveLength(1);
  });

  test("what the ledger or the nodes would refuse is refused by its name", async () => {
    const { hash: _, ...body } = await signed();
    const differs = { ...body, intent: { ...body.intent, maxExecutions: 11 } };
    expect(await refused(client.submitIntent(differs))).toEqual({
      status: 422,
      reason: "INTENT_DIFFERS",
    });
    const broken = { ...body, yaml: "deed: v1\nname: x\n" };
    expect((await refused(client.submitIntent(broken))).reason).toBe("INTENT_INVALID");
    const stranger = privateKeyToAccount(`0x${"22".repeat(32)}`);
    const foreign = { ...body, signature: await stranger.sign({ hash: (await signed()).hash }) };
    expect((await refused(client.submitIntent(foreign))).reason).toBe("INTENT_BAD_SIGNATURE");
    ledger.revoked = true;
    expect(await refused(client.submitIntent(body))).toEqual({
      status: 409,
      reason: "INTENT_REVOKED",
    });
    expect(node.transactions.wishes).toHaveLength(0);
  });

  test("an argument that is known only at the run is refused with the compiler's code", async () => {
    const yaml = `deed: v1
name: pay
summary: Pays
on: { manual: {} }
expires: 2100-01-01T00:00:00Z
limits: { executions: 10, duration: 10s }
steps:
  - id: pay
    call:
      to: "0xCf7Ed3AccA5a467e9e704C703E8D87F634fB0Fc9"
      function: "count(uint256)"
      args: ["\${input.amount}"]
`;
    const { hash: _, ...body } = await signed(yaml);
    expect(await refused(client.submitIntent(body))).toEqual({
      status: 422,
      reason: "DEED_DYNAMIC_ARGUMENT",
    });
  });

  test("a wallet contract's signature is for the ledger to judge, whose reason is told", async () => {
    const { hash: intentHash, ...body } = await signed();
    ledger.code = "0x60";
    const answer = refused(client.submitIntent({ ...body, signature: "0x1234" }));
    await node.transactions.wished(1);
    node.transactions.end(`register:${intentHash}`, { kind: "never", reason: "0x" });
    expect(await answer).toEqual({ status: 422, reason: "TRANSACTION_FAILED" });
  });
});

describe("revocation and fire", () => {
  test("a signed revocation is passed on, also before the registration", async () => {
    const { hash: intentHash } = await signed();
    const signature = await owner.sign({ hash: revokeDigest(intentHash, separator) });
    const answer = client.revokeIntent(intentHash, { signer: OWNER, signature });
    await node.transactions.wished(1);
    const purpose = `revoke:${intentHash}:${OWNER}`;
    node.transactions.end(purpose, {
      kind: "mined",
      receipt: {
        txHash: hash(8),
        blockNumber: 4,
        blockHash: hash(9),
        success: true,
        gasUsed: 1,
        logs: [],
      },
    });
    expect(await answer).toEqual({ intentHash, txHash: hash(8) });
    const bad = refused(client.revokeIntent(hash(1), { signer: OWNER, signature }));
    expect(await bad).toEqual({ status: 422, reason: "REVOKE_BAD_SIGNATURE" });
  });

  test("a fire is answered by a receipt, or by the code of its check", async () => {
    const fire = {
      ordinal: 1,
      input: { a: 1 },
      firedAtSec: 1,
      validUntilSec: 2,
      signature: "0x11" as Hex,
    };
    const fired = await client.fire(hash(1), fire);
    expect(fired).toMatchObject({ executionId: hash(5), isNew: true, receipt: { nodeNo: 1 } });
    expect(fires).toEqual([{ intentHash: hash(1), ...fire }]);
    expect(await refused(client.fire(hash(1), { ...fire, ordinal: 13 }))).toEqual({
      status: 409,
      reason: "FIRE_ORDINAL_USED",
    });
  });
});

describe("reads", () => {
  test("intents come in pages, by owner too", async () => {
    const intentHash = await storeIntent(node);
    const page = await client.intents({ owner: owner.address });
    expect(page.intents.map((intent) => intent.intentNo)).toEqual([3]);
    expect(page.next).toBe(null);
    expect((await client.intents({ limit: 1 })).next).toBe(3);
    expect((await client.intents({ before: 3 })).intents).toEqual([]);
    await node.store.write((tables) =>
      tables.executions.insert(anExecution(1, { intentNo: 3, intentHash, state: "final" })),
    );
    const detail = await client.intent(intentHash);
    expect(detail).toMatchObject({ yaml: YAML, trigger: "manual", executions: { final: 1 } });
    expect(await client.intent(hash(99))).toBe(null);
    const runs = await client.executionsOf(intentHash, { limit: 5 });
    expect(runs?.executions.map((run) => run.executionId)).toEqual([hash(1)]);
  });

  test("an execution shows its batch, verdicts and effects", async () => {
    const text = bundleOf(hash(1));
    const sha256 = `0x${Buffer.from(nobleHasher.sha256(utf8Bytes(text))).toString("hex")}` as Hex;
    await storeIntent(node);
    await node.store.write((tables) => {
      tables.batches.put(aBatch(7, { status: "settled", posted: 1n }));
      const place = { batchNo: 7, batchIndex: 0, holderNode: 1, bundleSha256: sha256 };
      tables.executions.insert(anExecution(1, { intentNo: 3, state: "final", ...place }));
      const body = utf8Bytes(`${text}\n`);
      tables.batchBundles.put({ batchNo: 7, complete: true, fromNode: 2, receivedMs: 1, body });
      const seat = {
        reportHash: hash(1),
        salt: hash(2),
        auditSeq: 1,
        auditHead: hash(3),
        signature: "0x11",
      } as const;
      tables.verdicts.insertIfAbsent({
        ...seat,
        batchNo: 7,
        draw: 0,
        nodeNo: 4,
        recordBlockHash: hash(1),
        commitmentsHash: hash(1),
        fault: 1n,
        unable: 0n,
        report: "0x",
        receivedMs: 1,
      });
    });
    const detail = await client.execution(hash(1));
    expect(detail?.batch).toMatchObject({ batchNo: 7, operatorNo: 1, itemPath: [] });
    expect(detail?.verdicts).toMatchObject([{ nodeNo: 4, verdict: "fault" }]);
    expect(detail?.effects).toMatchObject([{ stepId: "send", kind: "http", level: "recorded" }]);
    expect(await client.bundle(hash(1))).toBe(text);
    expect(await client.bundle(hash(2))).toBe(null);
  });

  test("the node says who it is, how it is, and what it takes", async () => {
    const info = await client.info();
    expect(info).toMatchObject({ chainId: 31337, keyTier: "softwareFile", areKeysSoftware: true });
    expect(info.notes.join()).toContain("one endpoint");
    expect(await client.health()).toEqual({
      status: "behind",
      head: null,
      sandbox: null,
      claimsBarred: null,
      contradictingNodes: [],
    });
    bed.sandbox = {
      now: { adapter: "bubblewrap", level: "container", reason: "a container" },
      fallenFrom: { adapter: "zygote", why: "no memory" },
    };
    expect((await client.health()).sandbox).toEqual({
      ...{ adapter: "bubblewrap", level: "container", fallenFrom: "zygote", why: "no memory" },
    });
    const metrics = await fetch(`${api.url}/metrics`);
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
    };
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths).sort()).toEqual([
      "/healthz",
      "/v1/executions/{hash}",
      "/v1/executions/{hash}/bundle",
      "/v1/info",
      "/v1/intents",
      "/v1/intents/{hash}",
      "/v1/intents/{hash}/executions",
      "/v1/intents/{hash}/fire",
      "/v1/intents/{hash}/revoke",
      "/v1/nonces/invalidate",
      "/v1/tail",
    ]);
  });

  test("the tail gives facts in order, after a position", async () => {
    const place = (blockNumber: number, logIndex: number) => ({
      blockNumber,
      logIndex,
      blockHash: hash(1),
      txHash: hash(2),
    });
    ledger.events = [
      { name: "RoundAssigned", round: 1, openBlock: 4, place: place(4, 0) },
      { name: "RoundAssigned", round: 2, openBlock: 4, place: place(4, 1) },
      { name: "Recorded", batchNo: 1, posted: 5n, place: place(4, 2) },
    ];
    const cursor = { chainId: 31337, blockNumber: 4, blockHash: hash(1) };
    await node.store.write((tables) => tables.cursors.put(cursor));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const event of client.tail({ lastId: "4-0", signal: stop.signal })) {
      seen.push(`${event.id} ${event.name}`);
      if (event.name === "Recorded") {
        expect(event.fact).toMatchObject({ posted: "5" });
        stop.abort();
        break;
      }
    }
    expect(seen).toEqual(["4-1 RoundAssigned", "4-2 Recorded"]);
  });
});

test("closing ends open tails", async () => {
  const response = await fetch(`${api.url}/v1/tail`);
  const text = response.text();
  await api.close();
  expect(await text).toContain("retry:");
});

test("a remote that asks too much waits for its bucket", () => {
  let nowMs = 0;
  const limiter = new RateLimiter(
    { perSecond: 2, burst: 2, remotes: 2 },
    { clock: { nowMs: () => nowMs } },
  );
  expect([limiter.take("a"), limiter.take("a"), limiter.take("a")]).toEqual([0, 0, 500]);
  expect(limiter.take("b")).toBe(0);
  nowMs = 500;
  expect(limiter.take("a")).toBe(0);
});
