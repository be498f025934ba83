import { expect, test } from "vitest";
import { DeploymentError, parseDeployment } from "./deployment.ts";

const address = (digit: number) => `0x${String(digit).repeat(39)}A`;
const FILE = {
  chainId: 31337,
  fromBlock: 1,
  registry: address(1),
  intents: address(2),
  beacon: address(3),
  executions: address(4),
  disputes: address(5),
  gateway: address(6),
  vault: address(7),
  timelock: address(8),
  governance: address(9),
  directory: address(0),
};

test("a deployment's file is read with addresses in lower case, and other fields are left alone", () => {
  const { chainId, registry } = parseDeployment({ ...FILE, note: "kept by others" });
  expect({ chainId, registry }).toEqual({ chainId: 31337, registry: `0x${"1".repeat(39)}a` });
});

test.each<[string, unknown]>([
  ["(root)", null],
  ["(root)", "0x"],
  ["chainId", { ...FILE, chainId: "31337" }],
  ["fromBlock", { ...FILE, fromBlock: -1 }],
  ["gateway", { ...FILE, gateway: undefined }],
  ["vault", { ...FILE, vault: "0x1234" }],
  ["governance", { ...FILE, governance: undefined }],
])("a deployment's file without a good %s is refused by that field", (field, json) => {
  expect(() => parseDeployment(json)).toThrow(
    new DeploymentError({ code: "DEPLOYMENT_MALFORMED", field }),
  );
});
