import { encodeFunctionData, parseAbi } from "viem";
import { expect, test } from "vitest";
import { deployment, type Rpc, sign, testAccount, testChain } from "./chain.testing.ts";
import type { Hex } from "./hex.ts";
import type { RpcFault } from "./rpc-fault.ts";

const alice = testAccount(1);

/*
 * Without calldata it returns number, timestamp, prevrandao and slot 0; with calldata it stores the
 * first word in slot 0.
 */
const probe = [
  "36601c57", // jump to 0x1c if there is calldata
  ...["436000524260205244604052600054606052", "60806000f3", "00"],
  ...["5b", "60003560005500"],
].join("");

async function mine(rpc: Rpc, nonce: number, more: object = {}): Promise<Hex> {
  return (await rpc("eth_sendRawTransaction", [await sign(alice, { nonce, ...more })])) as Hex;
}

function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** Everything that a state read can say of the test's accounts at a block. */
async function look(rpc: Rpc, contract: Hex, tag: unknown): Promise<unknown[]> {
  return Promise.all([
    rpc("eth_call", [{ to: contract }, tag]),
    rpc("eth_getStorageAt", [contract, "0x0", tag]),
    rpc("eth_getStorageAt", [contract, word(0), tag]),
    rpc("eth_getCode", [contract, tag]),
    rpc("eth_getBalance", [`0x${"22".repeat(20)}`, tag]),
    rpc("eth_getBalance", [alice.address, tag]),
    rpc("eth_getTransactionCount", [alice.address, tag]),
    rpc("eth_estimateGas", [{ to: contract }, tag]),
  ]);
}

test("old states read as they did when they were new, also after a restart", {
  timeout: 60_000,
}, async () => {
  const accounts = [{ address: alice.address, balance: "1000000" }];
  const first = await testChain({ accounts });
  const { rpc } = first;
  const deployed = await mine(rpc, 0, { data: deployment(probe) });
  const receipt = (await rpc("eth_getTransactionReceipt", [deployed])) as { contractAddress: Hex };
  const contract = receipt.contractAddress;
  const seen = new Map<number, unknown[]>([[1, await look(rpc, contract, "latest")]]);
  for (let block = 2; block <= 70; block++) {
    if (block % 3 === 0) await mine(rpc, block - 1, { value: BigInt(block) });
    else await mine(rpc, block - 1, { to: contract, data: word(block % 5 === 0 ? 0 : block) });
    seen.set(block, await look(rpc, contract, "latest"));
  }
  const check = async (asked: Rpc): Promise<void> => {
    for (const [block, values] of seen) {
      expect(await look(asked, contract, `0x${block.toString(16)}`), `block ${block}`).toEqual(
        values,
      );
    }
    const { hash } = (await asked("eth_getBlockByNumber", ["0x7", false])) as { hash: Hex };
    expect(await look(asked, contract, { blockHash: hash })).toEqual(seen.get(7));
    expect(await look(asked, contract, { blockNumber: "0x7" })).toEqual(seen.get(7));
    expect(await asked("eth_getCode", [contract, "earliest"])).toBe("0x");
    expect(await asked("eth_getBalance", [alice.address, "0x0"])).toBe("0xf4240");
  };
  await check(rpc);
  await first.close();
  const second = await testChain({ directory: first.directory });
  await check(second.rpc);
});

test("a caller's own overrides lie over an old state", { timeout: 30_000 }, async () => {
  const { rpc } = await testChain();
  const hash = await mine(rpc, 0, { data: deployment(probe) });
  const { contractAddress: to } = (await rpc("eth_getTransactionReceipt", [hash])) as {
    contractAddress: Hex;
  };
  for (let nonce = 1; nonce < 40; nonce++) await mine(rpc, nonce, { to, data: word(nonce) });
  const returnSlot1 = "0x60015460005260206000f3";
  const call = (overrides: object): Promise<unknown> => rpc("eth_call", [{ to }, "0x5", overrides]);
  const slot = async (overrides: object): Promise<string> =>
    String(await call(overrides)).slice(-64);
  expect(await slot({})).toBe(word(4).slice(2));
  expect(await slot({ [to]: { stateDiff: { [word(0)]: word(77) } } })).toBe(word(77).slice(2));
  expect(await slot({ [to]: { state: {} } })).toBe(word(0).slice(2));
  const both = {
    [to.toUpperCase().replace("0X", "0x")]: {
      code: returnSlot1,
      stateDiff: { [word(1)]: word(9) },
    },
  };
  expect(await slot(both)).toBe(word(9).slice(2));
});

test("a state older than what is kept is refused with the oldest that is", {
  timeout: 30_000,
}, async () => {
  const { rpc } = await testChain({ stateBlocks: 40 });
  for (let nonce = 0; nonce < 60; nonce++) await mine(rpc, nonce);
  const count = (tag: Hex): Promise<unknown> =>
    rpc("eth_getTransactionCount", [alice.address, tag]);
  expect(await count("0x14")).toBe("0x14");
  // The last block's values are read after its senders were told.
  const failure = (): Promise<unknown> =>
    count("0x13").catch((error: unknown) => (error as RpcFault).data);
  await expect.poll(failure).toEqual({ code: "STATE_TOO_OLD", block: 19, oldest: 20 });
  await expect(rpc("eth_getProof", [alice.address, [], "0x20"])).rejects.toMatchObject({
    data: { code: "STATE_TOO_OLD", block: 32 },
  });
});

test("an account that a transaction makes is absent before it", { timeout: 30_000 }, async () => {
  const { rpc } = await testChain();
  const balanceOf = encodeFunctionData({
    abi: parseAbi(["function balanceOf(address) view returns (uint256)"]),
    args: [alice.address],
  });
  await mine(rpc, 0);
  // Its constructor stores; what it leaves behind returns slot 0.
  const runtime = "60005460005260206000f3";
  const init: Hex = `0x6009600055600b8060106000396000f3${runtime}`;
  const hash = await mine(rpc, 1, { data: init });
  const { contractAddress: to } = (await rpc("eth_getTransactionReceipt", [hash])) as {
    contractAddress: Hex;
  };
  for (let nonce = 2; nonce < 40; nonce++) await mine(rpc, nonce);
  expect(await rpc("eth_call", [{ to, data: balanceOf }, "0x1"])).toBe("0x");
  expect(await rpc("eth_call", [{ to, data: balanceOf }, "0x2"])).toBe(word(9));
  expect(await rpc("eth_getStorageAt", [to, "0x0", "0x1"])).toBe(word(0));
  expect(await rpc("eth_getTransactionCount", [to, "0x1"])).toBe("0x0");
});
