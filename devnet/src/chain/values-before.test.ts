import fc from "fast-check";
import { expect, test } from "vitest";
import type { Hex } from "./hex.ts";
import { type Delta, keepEarlier, type StateDelta, valuesBefore } from "./values-before.ts";

/** A state of few accounts with few slots, as sequences of writes. */
const writes = fc.array(
  fc.record({
    address: fc.constantFrom<Hex>("0xa", "0xb"),
    slot: fc.constantFrom<Hex>("0x0", "0x1", "0x2"),
    value: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

const word = (value: number): Hex => `0x${String(value).padStart(64, "0")}`;
const key = (address: Hex, slot: Hex): string => `${address} ${slot}`;

test("putting the values before back gives the state before, whatever was written", () => {
  fc.assert(
    fc.property(writes, fc.nat(12), (all, split) => {
      const state = new Map<string, Hex>();
      const deltas = all.map(({ address, slot, value }): StateDelta => {
        const from = state.get(key(address, slot)) ?? word(0);
        const to = word(value);
        state.set(key(address, slot), to);
        const delta: Delta = from === to ? "=" : { "*": { from, to } as { from: Hex } };
        return { [address]: { balance: "=", nonce: "=", code: "=", storage: { [slot]: delta } } };
      });
      // Two blocks: merging them is the same as one.
      const merged = new Map(valuesBefore(deltas.slice(0, split)));
      for (const [address, account] of valuesBefore(deltas.slice(split))) {
        const earlier = merged.get(address);
        merged.set(address, earlier === undefined ? account : keepEarlier(earlier, account));
      }
      for (const [address, account] of merged) {
        for (const [slot, value] of account.storage) state.set(key(address, slot), value);
      }
      expect([...state.values()].every((value) => value === word(0))).toBe(true);
    }),
  );
});

test("accounts made and removed are told apart from accounts changed", () => {
  const made = valuesBefore([
    {
      "0xa": { balance: { "+": "0x5" }, nonce: { "+": "0x1" }, code: { "+": "0xfe" }, storage: {} },
    },
  ]);
  expect(made.get("0xa")).toEqual({ balance: "0x0", nonce: "0x0", code: "0x", storage: new Map() });
  const removed = valuesBefore([
    {
      "0xa": { balance: { "-": "0x5" }, nonce: { "-": "0x1" }, code: { "-": "0xfe" }, storage: {} },
    },
  ]);
  expect(removed.get("0xa")).toEqual({
    balance: "0x5",
    nonce: "0x1",
    code: "0xfe",
    storage: new Map(),
  });
  const paid = valuesBefore([
    { "0xa": { balance: { "*": { from: "0x7" } }, nonce: "=", code: "=", storage: {} } },
  ]);
  expect(paid.get("0xa")).toEqual({ balance: "0x7", storage: new Map() });
});
