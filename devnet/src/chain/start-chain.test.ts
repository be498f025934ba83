import { expect, test } from "vitest";
import {
  deployment,
  post,
  type Rpc,
  sign,
  storeAndLog,
  TestClock,
  testAccount,
  testChain,
} from "./chain.testing.ts";
import { ChainError } from "./error.ts";
import type { Hex } from "./hex.ts";
import type { RpcFault } from "./rpc-fault.ts";

const alice = testAccount(1);
const bob = testAccount(2);

async function send(rpc: Rpc, ...raws: Promise<Hex>[]): Promise<Hex[]> {
  return Promise.all(
    (await Promise.all(raws)).map((raw) => rpc("eth_sendRawTransaction", [raw])),
  ) as Promise<Hex[]>;
}

async function block(rpc: Rpc, tag = "latest"): Promise<Record<string, unknown>> {
  return (await rpc("eth_getBlockByNumber", [tag, false])) as Record<string, unknown>;
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  const fault = await action.then(
    () => undefined,
    (error: RpcFault) => error,
  );
  return fault?.data;
}

test("an acknowledged transaction stands in a block, and safe and finalized are the head", async () => {
  const { rpc } = await testChain();
  const [hash] = await send(rpc, sign(alice, { nonce: 0 }));
  expect(await rpc("eth_getTransactionReceipt", [hash])).toMatchObject({
    status: "0x1",
    blockNumber: "0x1",
  });
  for (const tag of ["latest", "safe", "finalized"])
    expect((await block(rpc, tag))["number"]).toBe("0x1");
  expect((await block(rpc))["baseFeePerGas"]).toBe("0x0");
});

test("a full block leaves the base fee at zero", async () => {
  const { rpc } = await testChain();
  // Burns all the gas that it is given, which is more than half of what a block holds.
  const burn = sign(alice, { nonce: 0, data: "0xfe", gas: 900_000_000n });
  await send(rpc, burn);
  await send(rpc, sign(bob, { nonce: 0 }));
  expect(await block(rpc)).toMatchObject({ number: "0x2", baseFeePerGas: "0x0" });
});

test("a nonce gap is refused with the nonce that is expected", async () => {
  const { rpc } = await testChain();
  await send(rpc, sign(alice, { nonce: 0 }));
  const sender = alice.address.toLowerCase();
  expect(await failureOf(send(rpc, sign(alice, { nonce: 3 })))).toEqual({
    code: "NONCE_GAP",
    sender,
    expected: 1,
    actual: 3,
  });
  await expect(send(rpc, sign(alice, { nonce: 3 }))).rejects.toThrow(/nonce too high.*expects 1/);
  await send(rpc, sign(alice, { nonce: 1 }));
});

test("a used nonce is refused, and the same transaction again gives its hash", async () => {
  const { rpc } = await testChain();
  const raw = sign(alice, { nonce: 0 });
  const [first, second] = await send(rpc, raw, raw);
  expect(second).toBe(first);
  expect(await send(rpc, raw)).toEqual([first]);
  const other = sign(alice, { nonce: 0, value: 0n, to: bob.address.toLowerCase() as Hex });
  expect(await failureOf(send(rpc, other))).toMatchObject({ code: "NONCE_TOO_LOW", expected: 1 });
  expect((await block(rpc))["number"]).toBe("0x1");
});

test("senders may race themselves: any order of arrival ends well", async () => {
  const { rpc } = await testChain({ gapGraceMs: 5000 });
  const nonces = [7, 3, 0, 5, 1, 6, 2, 4];
  await send(rpc, ...nonces.map((nonce) => sign(alice, { nonce })));
  expect(await rpc("eth_getTransactionCount", [alice.address, "latest"])).toBe("0x8");
});

test("a transaction that cannot pay is refused with the reason and makes no block", async () => {
  const { rpc } = await testChain();
  const poor = send(rpc, sign(alice, { nonce: 0, value: 1n }));
  await expect(poor).rejects.toThrow(/Insufficient funds/i);
  expect((await block(rpc))["number"]).toBe("0x0");
});

test("poisoned transactions hurt neither their neighbours nor the replay", async () => {
  const accounts = [{ address: alice.address, balance: "5" }];
  const chain = await testChain({ accounts, gapGraceMs: 50 });
  const batch = await Promise.all([
    sign(alice, { nonce: 0, value: 5n }),
    // Has funds when it is offered and none when its turn comes.
    sign(alice, { nonce: 1, value: 5n }),
    sign(alice, { nonce: 2 }),
    sign(bob, { nonce: 0 }),
    // Too little gas for any transaction.
    sign(testAccount(3), { nonce: 0, gas: 20_000n }),
    sign(testAccount(3), { nonce: 1 }),
    sign(testAccount(4), { nonce: 0 }),
  ]);
  const answers = (await post(
    chain.rpcUrl,
    batch.map((raw, id) => ({
      jsonrpc: "2.0",
      id,
      method: "eth_sendRawTransaction",
      params: [raw],
    })),
  )) as { id: number; result?: string; error?: { data: { code: string } } }[];
  const codes = answers.map(({ result, error }) => error?.data.code ?? typeof result);
  expect(codes).toEqual([
    "string",
    "TRANSACTION_NOT_INCLUDED",
    "TRANSACTION_NOT_INCLUDED",
    "string",
    "TRANSACTION_REFUSED",
    "NONCE_GAP",
    "string",
  ]);
  expect((await block(chain.rpc))["transactions"]).toHaveLength(3);
  await send(chain.rpc, sign(alice, { nonce: 1 }));
  const before = await block(chain.rpc);
  await chain.close();
  const again = await testChain({ directory: chain.directory, accounts });
  expect(await block(again.rpc)).toEqual(before);
});

test("a block executes its transactions in the order of their arrival", async () => {
  const { rpc, rpcUrl } = await testChain();
  // Far more bytes than the small answer about a block may hold.
  const raws = Array.from({ length: 60 }, (_, place) => {
    const data: Hex = `0x00${"ab".repeat(place % 2 === 0 ? 2000 : 1)}`;
    return sign(testAccount(60 - place), { nonce: 0, data });
  });
  const batch = (await Promise.all(raws)).map((raw, id) => ({
    ...{ jsonrpc: "2.0", id, method: "eth_sendRawTransaction", params: [raw] },
  }));
  const answers = (await post(rpcUrl, batch)) as { result: Hex }[];
  const { transactions } = await block(rpc, "0x1");
  expect(transactions).toEqual(answers.map(({ result }) => result));
});

test("the queue pushes back when it is full", async () => {
  const { rpc } = await testChain({ maxQueued: 5 });
  const raws = Array.from({ length: 40 }, (_, number) =>
    sign(testAccount(number + 1), { nonce: 0 }),
  );
  const outcomes = await Promise.allSettled(
    (await Promise.all(raws)).map((raw) => rpc("eth_sendRawTransaction", [raw])),
  );
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(40);
  for (const { reason } of refused) {
    expect(reason).toMatchObject({ code: -32005, data: { code: "QUEUE_FULL", limit: 5 } });
  }
});

test("what would write behind the journal's back is refused", async () => {
  const { rpc } = await testChain();
  for (const method of [
    "anvil_setBalance",
    "evm_mine",
    "evm_revert",
    "eth_sendTransaction",
    "hardhat_setCode",
    "anvil_dropAllTransactions",
    "eth_sendUnsignedTransaction",
    "debug_setHead",
  ]) {
    await expect(rpc(method)).rejects.toMatchObject({
      code: -32601,
      message: expect.stringContaining(method),
    });
  }
  await expect(rpc("eth_subscribe", ["newHeads"])).rejects.toThrow(/WebSocket/);
});

test("malformed requests are answered with the JSON-RPC error that is due", async () => {
  const { rpcUrl, rpc } = await testChain();
  expect(await post(rpcUrl, "{")).toMatchObject({ error: { code: -32700 }, id: null });
  expect(await post(rpcUrl, [])).toMatchObject({ error: { code: -32600 } });
  expect(await post(rpcUrl, [1, { jsonrpc: "2.0", id: "x", method: "eth_chainId" }])).toEqual([
    { jsonrpc: "2.0", id: null, error: expect.objectContaining({ code: -32600 }) },
    { jsonrpc: "2.0", id: "x", result: "0x7a69" },
  ]);
  await expect(rpc("eth_sendRawTransaction", ["0xzz"])).rejects.toMatchObject({
    code: -32602,
    data: { code: "TRANSACTION_MALFORMED" },
  });
  expect((await fetch(rpcUrl)).status).toBe(405);
});

test("accounts have the funds of the genesis, and the options must stay as they were", async () => {
  const accounts = [{ address: alice.address, balance: "123456789012345678901234567890" }];
  const chain = await testChain({ accounts, chainId: 99 });
  const balance = await chain.rpc("eth_getBalance", [alice.address, "latest"]);
  expect(BigInt(String(balance))).toBe(123456789012345678901234567890n);
  expect(await chain.rpc("eth_chainId")).toBe("0x63");
  await chain.close();
  const { directory } = chain;
  await expect(testChain({ directory, chainId: 100 })).rejects.toMatchObject({
    code: "OPTION_DIFFERS",
  });
  await expect(testChain({ directory, accounts: [] })).rejects.toMatchObject({
    code: "OPTION_DIFFERS",
  });
  const same = await testChain({ directory });
  expect(same.chainId).toBe(99);
});

test("another version of the engine is refused by name", async () => {
  const { directory, close } = await testChain();
  await close();
  const starter = {
    name: "anvil/v9.9.9",
    rules: [],
    start: () => Promise.reject(new Error("not started")),
  };
  const refused = testChain({ directory }, { starter });
  await expect(refused).rejects.toMatchObject({
    code: "ENGINE_DIFFERS",
    message: expect.stringMatching(/made by anvil\/v\d.*installed is anvil\/v9.9.9/),
  });
});

test("two chains in one directory are one too many", async () => {
  const { directory } = await testChain();
  await expect(testChain({ directory })).rejects.toBeInstanceOf(ChainError);
});

test("time passes only when somebody waits for it, and never ahead of the clock", async () => {
  const startMs = 1_800_000_000_000;
  const clock = new TestClock(startMs);
  const { rpc } = await testChain({}, { clock });
  clock.advance(60_000);
  expect((await block(rpc))["number"]).toBe("0x0");
  const target = startMs / 1000 + 65;
  const waiting = rpc("deed_waitUntil", [{ timestamp: target }]);
  await send(rpc, sign(alice, { nonce: 0 }));
  expect(Number((await block(rpc))["timestamp"])).toBe(startMs / 1000 + 60);
  clock.advance(5000);
  expect(await waiting).toMatchObject({ number: "0x2", timestamp: `0x${target.toString(16)}` });
  // Reached already: answered at once, without a block.
  await rpc("deed_waitUntil", [{ timestamp: target - 1 }]);
  expect((await block(rpc))["number"]).toBe("0x2");
});

test("whoever waits for a height gets a block a second", async () => {
  const clock = new TestClock(1_800_000_000_000);
  const { rpc } = await testChain({}, { clock });
  const waiting = rpc("deed_waitUntil", [{ blockNumber: "0x3" }]);
  for (let second = 1; second <= 3; second++) {
    await send(rpc, sign(alice, { nonce: second - 1 }));
    if (second < 3) expect((await block(rpc))["number"]).toBe(`0x${second}`);
  }
  expect(await waiting).toMatchObject({ number: "0x3" });
  const next = rpc("deed_waitUntil", [{ blockNumber: 4 }]);
  await rpc("eth_chainId");
  clock.advance(1000);
  expect(await next).toMatchObject({ number: "0x4", timestamp: "0x6b49d201" });
});

test("blocks carry the sequencer's time: in order, many a second, never ahead", async () => {
  const { rpc } = await testChain();
  const times: number[] = [];
  for (let nonce = 0; nonce < 40; nonce++) {
    await send(rpc, sign(alice, { nonce }));
    const seen = Number((await block(rpc))["timestamp"]);
    expect(seen).toBeLessThanOrEqual(Date.now() / 1000);
    expect(seen).toBeGreaterThan(Date.now() / 1000 - 3);
    times.push(seen);
  }
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(times).size).toBeLessThan(40);
});

test("a clock set back does not take the chain's time back", async () => {
  const clock = new TestClock(1_800_000_000_000);
  const { rpc } = await testChain({}, { clock });
  clock.advance(100_000);
  await send(rpc, sign(alice, { nonce: 0 }));
  clock.advance(-50_000);
  await send(rpc, sign(alice, { nonce: 1 }));
  expect(Number((await block(rpc))["timestamp"])).toBe(1_800_000_100);
});

test("gas costs nothing and nothing else is suggested", async () => {
  const { rpc } = await testChain();
  expect(await rpc("eth_gasPrice")).toBe("0x0");
  expect(await rpc("eth_maxPriorityFeePerGas")).toBe("0x0");
  const [hash] = await send(rpc, sign(alice, { nonce: 0, data: deployment(storeAndLog) }));
  const receipt = (await rpc("eth_getTransactionReceipt", [hash])) as {
    contractAddress: Hex;
    status: string;
  };
  expect(receipt.status).toBe("0x1");
  expect(await rpc("eth_getCode", [receipt.contractAddress, "latest"])).toBe(`0x${storeAndLog}`);
});

test("the pending nonce counts what is on its way", async () => {
  const { rpc } = await testChain({ gapGraceMs: 60_000 });
  const far = send(rpc, sign(alice, { nonce: 2 }));
  await send(rpc, sign(alice, { nonce: 0 }));
  expect(await rpc("eth_getTransactionCount", [alice.address, "pending"])).toBe("0x1");
  await send(rpc, sign(alice, { nonce: 1 }));
  await far;
  expect(await rpc("eth_getTransactionCount", [alice.address, "pending"])).toBe("0x3");
});

test("closing refuses what waits and frees the directory", async () => {
  const { rpc, close, directory } = await testChain();
  const waiting = rpc("deed_waitUntil", [{ blockNumber: 1000 }]);
  const outcome = waiting.then(
    () => "reached",
    () => "refused",
  );
  await rpc("eth_chainId");
  await close();
  expect(await outcome).toBe("refused");
  await testChain({ directory });
});
