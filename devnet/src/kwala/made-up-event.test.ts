import { keccakText } from "@deed/protocol/encoding";
import type { EventParameter, EventTrigger } from "@deed/protocol/plan";
import { type Abi, decodeEventLog } from "viem";
import { expect, test } from "vitest";
import { madeUpEvent } from "./made-up-event.ts";

function trigger(parameters: readonly EventParameter[], where: string | null = null): EventTrigger {
  const signature = `Happened(${parameters.map(({ type }) => type).join(",")})`;
  return {
    kind: "event",
    chainId: 1,
    contract: `0x${"cc".repeat(20)}`,
    signature,
    topic0: keccakText(signature),
    parameters,
    where,
    confidence: "finalized",
  };
}

const parameter = (type: string, indexed = false, name = "value"): EventParameter => ({
  name,
  type,
  indexed,
});

test.each(["uint8", "int256", "address", "bool", "bytes32", "bytes", "string", "uint16[2][]"])(
  "an event with a %s, indexed or not, is one that a chain could emit",
  (type) => {
    for (const indexed of [false, true]) {
      const wish = trigger([parameter(type, indexed), parameter("uint256", false, "other")]);
      const event = madeUpEvent(wish, 12);
      const inputs = wish.parameters.map((one) => ({ type: one.type, indexed: one.indexed }));
      const abi = [{ type: "event", name: "Happened", inputs }] as unknown as Abi;
      const topics: [`0x${string}`, ...`0x${string}`[]] = [
        wish.topic0,
        ...(event?.log.topics ?? []),
      ];
      const { args } = decodeEventLog({ abi, data: event?.log.data ?? "0x", topics, strict: true });
      expect(args).toMatchObject({ 1: 12n });
      expect(event?.texts).toHaveLength(2);
    }
  },
);

test.each([
  ["event.value >= 100 && event.value < 102", "100"],
  ["event.value == 7", "7"],
  ["event.value != 12", undefined],
])("its parameters are such that '%s' is true", (where, text) => {
  const event = madeUpEvent(trigger([parameter("uint256")], where), 12);
  expect(event).not.toBeNull();
  if (text !== undefined) expect(event?.texts).toEqual([text]);
});

test("an address that a condition names is the one that it has", () => {
  const to = `0x${"ab".repeat(20)}`;
  const wish = trigger([parameter("address", true)], `event.value == "${to}"`);
  expect(madeUpEvent(wish, 3)?.texts).toEqual([to]);
});

test("a condition that nothing satisfies gets no event", () => {
  expect(madeUpEvent(trigger([parameter("bool")], "event.value && !event.value"), 3)).toBeNull();
});
