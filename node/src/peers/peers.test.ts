import { afterEach, expect, test, vi } from "vitest";
import { SILENT } from "../telemetry/logger.ts";
import { testIssuer } from "./issuer.testing.ts";
import { openLeafKeeper } from "./leaf-keeper.ts";
import type { HelloMessage } from "./messages.ts";
import { CHAIN_ID, TestNetwork, type TestNode } from "./network.testing.ts";

const never = new AbortController().signal;
let network = new TestNetwork();
afterEach(async () => {
  await network.close();
  network = new TestNetwork();
});

const word = (digit: string) => `0x${digit.repeat(64)}` as const;
const failure = (fields: object) =>
  expect.objectContaining({ failure: expect.objectContaining(fields) });

test("two nodes greet each other, each knowing who the other is", async () => {
  const [a, b] = [await network.add(1), await network.add(2)];
  expect(await a.client.hello(2, never)).toEqual({
    nodeNo: 2,
    head: 1,
    versions: { peer: "deed/1" },
  });
  expect(await b.client.hello(1, never)).toMatchObject({ nodeNo: 1, head: 2 });
});

test("every call of the page arrives with its sender and its body", async () => {
  const seen: unknown[] = [];
  const commitment = {
    batchNo: 3,
    draw: 0,
    nodeNo: 1,
    commitment: word("a"),
    auditSeq: 4,
    auditHead: word("b"),
    signature: "0x12",
  } as const;
  const receipt = { fireHash: word("c"), nodeNo: 2, atMs: 5, signature: "0x34" } as const;
  const a = await network.add(1);
  await network.add(2, {
    handlers: {
      commitment: async (...call) => {
        seen.push(call);
        return call[1].draw === 0 ? { ...commitment, nodeNo: 2 } : null;
      },
      verdict: async (...call) => void seen.push(call),
      preimage: async (...call) => void seen.push(call),
      fire: async (...call) => {
        seen.push(call);
        return { receipt };
      },
    },
  });
  expect(await a.client.commitment(2, commitment, never)).toEqual({ ...commitment, nodeNo: 2 });
  expect(await a.client.commitment(2, { ...commitment, draw: 1 }, never)).toBeNull();
  const preimage = { round: 1, operatorNo: 1, preimage: word("d") };
  await a.client.preimage(2, preimage, never);
  const verdict = {
    ...commitment,
    recordBlockHash: word("1"),
    commitmentsHash: word("2"),
    fault: word("0"),
    unable: word("0"),
    reportHash: word("3"),
    salt: word("4"),
    report: "0x",
  } as const;
  await a.client.verdict(2, verdict, never);
  const fire = {
    intentHash: word("5"),
    ordinal: 1,
    inputHash: word("6"),
    firedAtSec: 7,
    validUntilSec: 8,
    signature: "0x56",
    input: { any: ["json"] },
  } as const;
  expect(await a.client.fire(2, fire, never)).toEqual({ receipt });
  const { commitment: _dropped, ...verdictSeen } = verdict;
  expect(seen).toEqual([
    [1, commitment],
    [1, { ...commitment, draw: 1 }],
    [1, preimage],
    [1, verdictSeen],
    [1, fire],
  ]);
});

test("an answer that is none is told of the node that gave it", async () => {
  const a = await network.add(1);
  const hello = async () => ({ nodeNo: "two" }) as unknown as HelloMessage;
  await network.add(2, { handlers: { hello } });
  await expect(a.client.hello(2, never)).rejects.toEqual(
    failure({ code: "BAD_ANSWER", nodeNo: 2 }),
  );
});

test("a message that is none is answered 400", async () => {
  const a = await network.add(1);
  await network.add(2);
  const bad = { round: -1, operatorNo: 1, preimage: word("d") };
  await expect(a.client.preimage(2, bad, never)).rejects.toEqual(
    failure({ code: "STATUS", status: 400 }),
  );
});

async function* lines(count: number, line: string): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.from(line);
}

test("bundles stream both ways", async () => {
  let stored = 0;
  const a = await network.add(1);
  await network.add(2, {
    handlers: {
      getBatch: async (_from, batchNo) =>
        batchNo === 7 ? lines(300, `${"x".repeat(9_999)}\n`) : null,
      putBatch: async (_from, batchNo, bundle) => {
        for await (const chunk of bundle) stored += chunk.length;
        return batchNo === 8;
      },
    },
  });
  let bytes = 0;
  const count = async (bundle: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of bundle) bytes += chunk.length;
  };
  expect(await a.client.getBatch(2, 7, count, never)).toBe(true);
  expect(bytes).toBe(3_000_000);
  expect(await a.client.getBatch(2, 9, count, never)).toBe(false);
  expect(await a.client.putBatch(2, 8, lines(100, `${"y".repeat(9_999)}\n`), never)).toBe(true);
  expect(await a.client.putBatch(2, 9, Buffer.from("{}\n"), never)).toBe(false);
  expect(stored).toBe(1_000_003);
});

test("a body beyond the cap is answered 413, announced or not", async () => {
  const a = await network.add(1);
  await network.add(2, {
    server: { bundleBytes: 10_000, messageBytes: 100 },
    handlers: {
      putBatch: async (_from, _batchNo, bundle) => {
        for await (const _chunk of bundle);
        return true;
      },
    },
  });
  const large = failure({ code: "STATUS", status: 413 });
  await expect(a.client.putBatch(2, 1, lines(5_000, "z".repeat(1_000)), never)).rejects.toEqual(
    large,
  );
  const preimage = { round: 1, operatorNo: 1, preimage: word("d") };
  await expect(a.client.preimage(2, preimage, never)).rejects.toEqual(large);
  expect(await a.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
});

test("an answer beyond the cap is refused by the caller", async () => {
  const a = await network.add(1, { client: { bundleBytes: 10_000 } });
  await network.add(2, { handlers: { getBatch: async () => lines(100, "z".repeat(1_000)) } });
  const use = async (bundle: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const _chunk of bundle);
  };
  await expect(a.client.getBatch(2, 1, use, never)).rejects.toEqual(failure({ code: "TOO_LARGE" }));
});

test("a leaf is renewed at half its life", async () => {
  const issuer = await testIssuer({ nodeNo: 1, chainId: CHAIN_ID });
  const leaf = await openLeafKeeper(
    { nodeNo: 1, chainId: CHAIN_ID, lifetimeSec: 0.1, backdateSec: 300 },
    { issuer, clock: { nowMs: Date.now }, logger: SILENT },
  );
  const first = leaf.current;
  await new Promise<void>((resolve) => leaf.onRotated(() => resolve()));
  expect(leaf.current.keyPem).not.toBe(first.keyPem);
  leaf.close();
});

test("a connection is renewed when its leaf has ended", async () => {
  let nowMs = Date.now();
  const clock = { nowMs: () => nowMs };
  const [a, b] = [await network.add(1, { clock }), await network.add(2, { clock })];
  await a.client.hello(2, never);
  nowMs += 61 * 60 * 1000;
  await Promise.all([a.leaf.rotate(), b.leaf.rotate()]);
  const dials = vi.spyOn(network.directory, "node");
  expect(await a.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
  expect(dials).toHaveBeenCalled();
});

test("the sockets of a removed node are cut, and it cannot come back", async () => {
  let release: (hello: HelloMessage) => void = () => undefined;
  const waiting = new Promise<HelloMessage>((resolve) => {
    release = resolve;
  });
  const arrived = vi.fn(() => waiting);
  const [a, b] = [await network.add(1), await network.add(2, { handlers: { hello: arrived } })];
  const call = a.client.hello(2, never);
  await vi.waitFor(() => expect(arrived).toHaveBeenCalled());
  const { endpoint, caHash } = network.directory.nodes.get(1)!;
  network.directory.nodes.set(1, { endpoint, caHash, active: false });
  b.server.recheck();
  await expect(call).rejects.toEqual(failure({ code: "UNREACHABLE" }));
  await expect(a.client.hello(2, never)).rejects.toEqual(failure({ code: "UNREACHABLE" }));
  release({ nodeNo: 2, head: 0, versions: {} });
});

test("a peer whose CA was replaced ends what it asked, and has to come anew under the new one", async () => {
  const [a, b] = [await network.add(1), await network.add(2)];
  await a.client.hello(2, never);
  const { endpoint } = network.directory.nodes.get(1)!;
  network.directory.nodes.set(1, { endpoint, caHash: word("7"), active: true });
  b.server.recheck();
  const again = (): Promise<unknown> => a.client.hello(2, never);
  await vi.waitFor(() => expect(again()).rejects.toEqual(failure({ code: "UNREACHABLE" })));
  network.directory.nodes.set(1, { endpoint, caHash: a.issuer.caHash, active: true });
  expect(await again()).toMatchObject({ nodeNo: 2 });
});

test("a caller drops its connections to whom the registry has switched off, and those that stay are left alone", async () => {
  const changes: unknown[] = [];
  const onConnection = (nodeNo: number, change: number) => changes.push([nodeNo, change]);
  const a = await network.add(1, { onConnection });
  await Promise.all([network.add(2), network.add(3)]);
  await Promise.all([a.client.hello(2, never), a.client.hello(3, never)]);
  network.directory.nodes.set(2, { ...network.directory.nodes.get(2)!, active: false });
  a.client.recheck();
  await vi.waitFor(() => expect(changes).toContainEqual([2, -1]));
  await expect(a.client.hello(2, never)).rejects.toEqual(failure({ code: "REFUSED" }));
  expect(changes.filter((change) => String(change).startsWith("3"))).toEqual([[3, 1]]);
  expect(await a.client.hello(3, never)).toMatchObject({ nodeNo: 3 });
});

test("a server that is another node than the one dialled is not talked to", async () => {
  const a = await network.add(1);
  await network.add(2);
  const { caHash } = network.directory.nodes.get(2)!;
  const { server } = await network.add(3);
  network.directory.nodes.set(2, {
    endpoint: `https://127.0.0.1:${server.port}`,
    caHash,
    active: true,
  });
  await expect(a.client.hello(2, never)).rejects.toEqual(
    failure({ code: "OTHER_NODE", answered: 3 }),
  );
});

test("a server that the registry does not know, or no longer, is not talked to", async () => {
  const a = await network.add(1);
  await network.add(2);
  const { endpoint, caHash } = network.directory.nodes.get(2)!;
  network.directory.nodes.set(2, { endpoint, caHash: word("0"), active: true });
  await expect(a.client.hello(2, never)).rejects.toEqual(
    failure({ code: "REFUSED", reason: "CA_NOT_REGISTERED" }),
  );
  network.directory.nodes.set(2, { endpoint, caHash, active: false });
  await expect(a.client.hello(2, never)).rejects.toEqual(
    failure({ code: "REFUSED", reason: "NODE_NOT_ACTIVE" }),
  );
  await expect(a.client.hello(5, never)).rejects.toEqual(failure({ code: "NODE_UNKNOWN" }));
});

test("a node that asks too much is answered 429", async () => {
  const a = await network.add(1);
  await network.add(2, { server: { perPeer: { perSecond: 0.001, burst: 3, concurrent: 9 } } });
  for (let index = 0; index < 3; index += 1) await a.client.hello(2, never);
  await expect(a.client.hello(2, never)).rejects.toEqual(failure({ code: "STATUS", status: 429 }));
});

test("a slow sender is cut off, a slow server given up, an abort obeyed", async () => {
  // Patient enough for any machine: the first must be ended by the other side.
  const a = await network.add(1);
  const forever = (): Promise<never> => new Promise(() => undefined);
  await network.add(2, {
    server: { requestMs: 100 },
    handlers: {
      hello: forever,
      putBatch: async (_from, _batchNo, bundle) => {
        for await (const _chunk of bundle);
        return true;
      },
    },
  });
  async function* drip(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("{");
    await forever();
  }
  await expect(a.client.putBatch(2, 1, drip(), never)).rejects.toEqual(
    failure({ code: "UNREACHABLE" }),
  );
  const patient = await network.add(3, { client: { requestMs: 50 } });
  await network.add(4, { handlers: { hello: forever } });
  await expect(patient.client.hello(4, never)).rejects.toEqual(failure({ code: "TIMEOUT" }));
  const abort = new AbortController();
  const call = a.client.hello(4, abort.signal);
  abort.abort(new RangeError("enough"));
  await expect(call).rejects.toThrow("enough");
});

test("an upload that is given up does not look complete", async () => {
  const a = await network.add(1);
  let end: unknown;
  const begun = vi.fn();
  await network.add(2, {
    handlers: {
      putBatch: async (_from, _batchNo, bundle) => {
        try {
          for await (const _chunk of bundle) begun();
          end = "complete";
        } catch {
          end = "failed";
        }
        return true;
      },
    },
  });
  async function* half(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("{");
    await new Promise(() => undefined);
  }
  const abort = new AbortController();
  const call = a.client.putBatch(2, 1, half(), abort.signal);
  await vi.waitFor(() => expect(begun).toHaveBeenCalled());
  abort.abort();
  await expect(call).rejects.toThrow();
  await vi.waitFor(() => expect(end).toBe("failed"));
});

test("a reader that stops reading is cut off, and the node goes on", async () => {
  const a = await network.add(1, { client: { requestMs: 5_000 } });
  await network.add(2, {
    server: { requestMs: 200 },
    handlers: { getBatch: async () => lines(3_000, "w".repeat(10_000)) },
  });
  const stall = async (bundle: AsyncIterable<Uint8Array>): Promise<void> => {
    let isFirst = true;
    for await (const _chunk of bundle) {
      if (isFirst) await vi.waitFor(() => expect(cut).toHaveBeenCalled(), 5_000);
      isFirst = false;
    }
  };
  const cut = vi.fn();
  setTimeout(cut, 600);
  await expect(a.client.getBatch(2, 1, stall, never)).rejects.toEqual(
    failure({ code: "UNREACHABLE" }),
  );
  expect(await a.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
});

test("a lost connection is made anew, and failures are spaced out", async () => {
  let nowMs = Date.now();
  const clock = { nowMs: () => nowMs };
  const a = await network.add(1, { clock, client: { backoffMs: 1_000 } });
  let b: TestNode = await network.add(2);
  await a.client.hello(2, never);
  const [port] = [b.server.port, await b.server.close()];
  await vi.waitFor(() =>
    expect(a.client.hello(2, never)).rejects.toEqual(failure({ code: "BACKING_OFF" })),
  );
  nowMs += 60_000;
  b = await network.add(2, { issuer: b.issuer, server: { port } });
  expect(await a.client.hello(2, never)).toMatchObject({ nodeNo: 2 });
});
