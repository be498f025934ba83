import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { deployment, sign, TestClock, testAccount, testChain } from "./chain.testing.ts";
import type { Hex } from "./hex.ts";

interface Note {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
  readonly params?: { readonly subscription: string; readonly result: Record<string, unknown> };
}

/** A connection whose notifications are kept by subscription. */
class Connection {
  readonly notes: NonNullable<Note["params"]>[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (note: Note) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (text) => {
      const note = JSON.parse(String(text)) as Note;
      if (note.params !== undefined) this.notes.push(note.params);
      else this.#waiting.get(note.id ?? 0)?.(note);
    });
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    onTestFinished(() => socket.terminate());
    const connection = new Connection(socket);
    await new Promise((resolve) => socket.once("open", resolve));
    return connection;
  }

  async call(method: string, ...params: unknown[]): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = new Promise<Note>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const { result, error } = await answer;
    if (error !== undefined) throw Object.assign(new Error("refused"), error);
    return result;
  }

  of(subscription: unknown, field: string): unknown[] {
    return this.notes
      .filter((note) => note.subscription === subscription)
      .map((note) => note.result[field]);
  }

  close(): void {
    this.#socket.close();
  }
}

const alice = testAccount(1);
// Logs with topics 1 and 2, whatever it is called with.
const logger = "6002600160006000a200";

test("a subscriber sees each block once and in order", { timeout: 30_000 }, async () => {
  const { rpc, wsUrl } = await testChain();
  const connection = await Connection.open(wsUrl);
  const heads = await connection.call("eth_subscribe", "newHeads");
  for (let nonce = 0; nonce < 50; nonce++) {
    await rpc("eth_sendRawTransaction", [await sign(alice, { nonce })]);
  }
  const expected = Array.from({ length: 50 }, (_, place) => `0x${(place + 1).toString(16)}`);
  await expect.poll(() => connection.of(heads, "number")).toEqual(expected);
  const latest = (await rpc("eth_getBlockByNumber", ["latest", false])) as Record<string, unknown>;
  const { transactions: _, ...header } = latest;
  expect(connection.notes.at(-1)?.result).toMatchObject({
    hash: header["hash"],
    parentHash: header["parentHash"],
  });
  expect(await connection.call("eth_unsubscribe", heads)).toBe(true);
  expect(await connection.call("eth_unsubscribe", heads)).toBe(false);
  await connection.call("eth_sendRawTransaction", await sign(alice, { nonce: 50 }));
  await connection.call("eth_chainId");
  expect(connection.notes).toHaveLength(50);
});

test("logs are filtered by address and topics", { timeout: 30_000 }, async () => {
  const { rpc, wsUrl } = await testChain();
  const deploy = async (nonce: number): Promise<Hex> => {
    const raw = await sign(alice, { nonce, data: deployment(logger) });
    const hash = await rpc("eth_sendRawTransaction", [raw]);
    const receipt = await rpc("eth_getTransactionReceipt", [hash]);
    return (receipt as { contractAddress: Hex }).contractAddress;
  };
  const [first, second] = [await deploy(0), await deploy(1)];
  const connection = await Connection.open(wsUrl);
  const topic = (value: number): Hex => `0x${value.toString(16).padStart(64, "0")}`;
  const subscribe = (filter: object): Promise<unknown> =>
    connection.call("eth_subscribe", "logs", filter);
  const all = await subscribe({});
  const one = await subscribe({ address: second.toUpperCase().replace("0X", "0x") });
  const either = await subscribe({
    address: [first, second],
    topics: [null, [topic(2), topic(3)]],
  });
  const none = await subscribe({ topics: [topic(2)] });
  const longer = await subscribe({ topics: [null, null, null] });
  await rpc("eth_sendRawTransaction", [await sign(alice, { nonce: 2, to: first })]);
  await rpc("eth_sendRawTransaction", [await sign(alice, { nonce: 3, to: second })]);
  await expect.poll(() => connection.of(all, "address")).toEqual([first, second]);
  expect(connection.of(one, "address")).toEqual([second]);
  expect(connection.of(either, "address")).toEqual([first, second]);
  expect(connection.of(none, "address")).toEqual([]);
  expect(connection.of(longer, "address")).toEqual([]);
  await expect(subscribe({ address: 5 })).rejects.toMatchObject({ code: -32602 });
  await expect(connection.call("eth_subscribe", "newPendingTransactions")).rejects.toThrow();
});

test("ticks ask for a block a second while somebody is subscribed", {
  timeout: 30_000,
}, async () => {
  const clock = new TestClock(1_800_000_000_000);
  const { rpc, wsUrl } = await testChain({}, { clock });
  const connection = await Connection.open(wsUrl);
  const ticks = await connection.call("eth_subscribe", "deed_ticks");
  for (let second = 1; second <= 3; second++) {
    clock.advance(1000);
    await expect.poll(() => connection.of(ticks, "number")).toHaveLength(second);
  }
  expect(connection.of(ticks, "timestamp")).toEqual(["0x6b49d201", "0x6b49d202", "0x6b49d203"]);
  connection.close();
  // The server has noticed once nobody holds the clock any more.
  await expect.poll(() => clock.alarms).toBe(0);
  clock.advance(60_000);
  expect(await rpc("eth_blockNumber")).toBe("0x3");
});

test("subscriptions outlive the engine", { timeout: 30_000 }, async () => {
  const chain = await testChain();
  const connection = await Connection.open(chain.wsUrl);
  const heads = await connection.call("eth_subscribe", "newHeads");
  for (let nonce = 0; nonce < 10; nonce++) {
    if (nonce === 5) process.kill(chain.engineProcessId() ?? 0, "SIGKILL");
    await connection.call("eth_sendRawTransaction", await sign(alice, { nonce }));
  }
  await expect.poll(() => connection.of(heads, "number")).toHaveLength(10);
  expect(new Set(connection.of(heads, "number")).size).toBe(10);
});
