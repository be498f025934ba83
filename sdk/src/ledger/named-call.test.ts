import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import type { Deployment } from "./deployment.ts";
import { describeCall } from "./describe-call.ts";
import { encodeNamedCall, NamedCallError } from "./named-call.ts";
import { DEVNET_PARAMETERS } from "./parameters.ts";

const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
const deployment: Deployment = {
  chainId: 31337,
  fromBlock: 1,
  registry: address("1"),
  intents: address("2"),
  beacon: address("3"),
  executions: address("4"),
  disputes: address("5"),
  gateway: address("6"),
  vault: address("7"),
  timelock: address("8"),
  governance: address("9"),
  directory: address("a"),
};

test.each<[string, readonly string[], string]>([
  ["registry.setMinimumKeyTier", ["1", "2"], "registry.setMinimumKeyTier(role: 1, tier: 2)"],
  [
    "governance.changeCouncil",
    ["[]", `["${address("b")}"]`, "3"],
    `governance.changeCouncil(removed: [], added: [${address("b")}], threshold: 3)`,
  ],
  ["timelock.updateDelay", ["60"], "timelock.updateDelay(delaySec: 60)"],
  [
    "registry.pauseClaims",
    ["0", `0x${"0".repeat(64)}`],
    `registry.pauseClaims(untilSec: 0, reasonHash: 0x${"0".repeat(64)})`,
  ],
])("%s says after encoding what it was asked to do", (name, texts, text) => {
  const call = encodeNamedCall(deployment, name, texts);
  expect(describeCall(deployment, call)).toMatchObject({ text, isKnown: true });
});

test("parameters are given as one JSON object and shown field by field", () => {
  const json = JSON.stringify({ ...DEVNET_PARAMETERS, minBondWei: "1000000000000000000" });
  const call = encodeNamedCall(deployment, "registry.setParameters", [json]);
  const { text } = describeCall(deployment, call);
  expect(text).toContain("deltaSec: 2,");
  expect(text).toContain("minBondWei: 1000000000000000000 }");
});

test.each<[string, readonly string[], object]>([
  ["registry.nothing", [], { code: "CALL_UNKNOWN", name: "registry.nothing" }],
  ["vault.execute", [], { code: "CALL_UNKNOWN", name: "vault.execute" }],
  ["registry", [], { code: "CALL_UNKNOWN", name: "registry" }],
  [
    "registry.setMinimumKeyTier",
    ["1"],
    {
      code: "CALL_ARGUMENTS",
      name: "registry.setMinimumKeyTier",
      expected: "uint8 role, uint8 tier",
    },
  ],
  [
    "registry.setMinimumKeyTier",
    ["1", "256"],
    {
      code: "CALL_ARGUMENTS",
      name: "registry.setMinimumKeyTier",
      expected: "uint8 role, uint8 tier",
    },
  ],
  [
    "registry.setCouncil",
    ["me"],
    { code: "CALL_ARGUMENTS", name: "registry.setCouncil", expected: "address council" },
  ],
])("%s with %j is refused", (name, texts, failure) => {
  let thrown: unknown;
  try {
    encodeNamedCall(deployment, name, texts);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(NamedCallError);
  expect((thrown as NamedCallError).failure).toEqual(failure);
});

test("what nobody here can read is shown as it is, and said to be unknown", () => {
  const strange = { target: address("c"), valueWei: 5n, data: "0x12345678" as Hex };
  const text = `${address("c")}: 0x12345678 with 5 wei`;
  expect(describeCall(deployment, strange)).toMatchObject({ text, isKnown: false });
  const odd = { target: deployment.registry, valueWei: 0n, data: "0x12345678" as Hex };
  expect(describeCall(deployment, odd).isKnown).toBe(false);
});
