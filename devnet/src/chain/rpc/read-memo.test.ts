import { beforeEach, expect, test } from "vitest";
import type { Call } from "./json-rpc.ts";
import { ReadMemo } from "./read-memo.ts";

let asked: Call[];
let head: number;
let memo: ReadMemo;

beforeEach(() => {
  asked = [];
  head = 7;
  memo = new ReadMemo(async (call) => {
    asked.push(call);
    if (call.params[0] === "broken") throw new RangeError("gone");
    return `{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},"result":{"id":0,"head":${head}}}`;
  });
});

const logs = (id: Call["id"], from = "0x1"): Promise<string> =>
  memo.forward({ ...(id === undefined ? {} : { id }), method: "eth_getLogs", params: [{ from }] });

test("clients that ask the same of one head get one answer, each under its own id", async () => {
  const texts = await Promise.all([logs(1), logs("two"), logs(null)]);
  expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(
    [1, "two", null].map((id) => ({ jsonrpc: "2.0", id, result: { id: 0, head: 7 } })),
  );
  await logs(4, "0x2");
  expect(asked).toHaveLength(2);
});

test("another head is asked anew, also by who waits for the old one's answer", async () => {
  const before = logs(1);
  memo.clear();
  head = 8;
  expect(JSON.parse(await logs(2))).toMatchObject({ id: 2, result: { head: 8 } });
  await before;
  await logs(3);
  expect(asked).toHaveLength(2);
});

test("what depends on time, and what failed, is asked each time", async () => {
  const call = { id: 1, method: "eth_call", params: [{}, "latest"] };
  await memo.forward(call);
  await memo.forward(call);
  const pending = { id: 1, method: "eth_getBlockByNumber", params: ["pending", false] };
  await memo.forward(pending);
  await memo.forward(pending);
  const broken = { id: 1, method: "eth_getCode", params: ["broken"] };
  await expect(memo.forward(broken)).rejects.toThrow("gone");
  await expect(memo.forward(broken)).rejects.toThrow("gone");
  expect(asked).toHaveLength(6);
});
