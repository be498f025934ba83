import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerNode } from "@deed/sdk";
import { expect, test } from "vitest";
import { checkNode, checkSigner } from "./check-node.ts";
import type { NodeConfig } from "./config.ts";
import { DEFAULT_SANDBOX } from "./config-sandbox.ts";
import { openExecutorRoles } from "./open-executor.ts";
import { TEST_DEPLOYMENT, testNode } from "./roles/context.testing.ts";
import { type RegistryView, ROLE_BITS } from "./roles/registry-view.ts";
import { StartError, type StartFailure } from "./start-error.ts";
import { hash } from "./store/store.testing.ts";

const KEY = `0x${"Ab".repeat(20)}` as Hex;
const NODE = {
  active: true,
  roles: ROLE_BITS.verifier,
  keyTier: 0,
  dutyKey: KEY,
  actionKey: KEY,
  caHash: hash(1),
} as LedgerNode;

const SETS = [{ duty: KEY, action: KEY, caHash: hash(1) }];
const HELD = {
  ...{ duty: KEY, action: KEY, caHash: hash(1), sets: SETS },
  keyTier: "softwareFile" as const,
  begun: { atSec: 50, continues: false },
};

const FIRST = { key: KEY, fromSec: 0, untilSec: 100, revoked: false };
const LATER = { key: NODE.actionKey, fromSec: 100, untilSec: 0, revoked: false };
const KEYS = [FIRST, LATER];

async function failureOf(check: () => Promise<unknown> | unknown): Promise<StartFailure> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    expect(error.remedy).not.toBe("");
    return error.failure;
  }
  throw new Error("it started");
}

/** A ledger and a registry that say what a test wants. */
function check(node: LedgerNode | null, chainId = 31337, roles = ["verifier"]) {
  const config = { nodeNo: 7, deployment: TEST_DEPLOYMENT, roles } as unknown as NodeConfig;
  const ledger = { rpc: { request: async () => chainId } } as unknown as Ledger;
  return checkNode(config, { ledger, registry: { node: () => node } as unknown as RegistryView });
}

test("a node starts on its own ledger, in roles that it is registered for", async () => {
  expect(await check(NODE)).toBe(NODE);
  expect(await failureOf(() => check(NODE, 5))).toEqual({
    code: "CHAIN_DIFFERS",
    configured: 31337,
    found: 5,
  });
  expect(await failureOf(() => check(null))).toEqual({ code: "NODE_UNKNOWN", nodeNo: 7 });
  expect(await failureOf(() => check({ ...NODE, active: false }))).toEqual({
    code: "NODE_NOT_ACTIVE",
    nodeNo: 7,
  });
  expect(await failureOf(() => check(NODE, 31337, ["verifier", "executor"]))).toEqual({
    code: "NODE_ROLE_MISSING",
    role: "executor",
  });
});

test("a signer with another key than the registered one is refused by the key's name", async () => {
  const held = { ...HELD, duty: KEY.toLowerCase() as Hex };
  checkSigner(NODE, KEYS, held);
  const other = { ...held, caHash: hash(2), sets: [{ ...SETS[0]!, caHash: hash(2) }] };
  // Held in any of its sets, it is held.
  checkSigner(NODE, KEYS, { ...other, sets: [...other.sets, ...SETS] });
  expect(await failureOf(() => checkSigner(NODE, KEYS, other))).toEqual({
    code: "NODE_KEY_DIFFERS",
    key: "ca",
    registered: hash(1),
    held: hash(2),
  });
});

test("a log that continues a lost one is only for keys that signed nothing before it began", async () => {
  const held = { ...HELD, begun: { atSec: 100, continues: true } };
  const tooNew = { code: "NODE_LOG_TOO_NEW", dutyKey: LATER.key, begunAtSec: 100 };
  expect(await failureOf(() => checkSigner(NODE, KEYS, held))).toEqual(tooNew);
  const early = { ...HELD, begun: { atSec: 99, continues: true } };
  expect(await failureOf(() => checkSigner(NODE, KEYS, early))).toMatchObject({
    dutyKey: FIRST.key,
    begunAtSec: 99,
  });
  // A log of all that they signed is for any key, and nobody asks what a revoked one signed.
  checkSigner(NODE, KEYS, { ...held, begun: { atSec: 100, continues: false } });
  checkSigner(NODE, [{ ...FIRST, revoked: true }, LATER], early);
});

test("a tier that is registered higher than the keys are kept is refused", async () => {
  checkSigner({ ...NODE, keyTier: 4 }, KEYS, { ...HELD, keyTier: "hsm" });
  const check = () =>
    checkSigner({ ...NODE, keyTier: 2 }, KEYS, { ...HELD, keyTier: "softwareToken" });
  expect(await failureOf(check)).toEqual({
    code: "NODE_TIER_OVERSTATED",
    registered: "cloudKms",
    held: "softwareToken",
  });
});

test("an executor that is to run in containers does not start without one", async () => {
  const node = testNode();
  const sandbox = { ...DEFAULT_SANDBOX, minimumLevel: "container", path: "/nowhere" } as const;
  const config = { ...node.context.config, sandbox };
  expect(await failureOf(() => openExecutorRoles({ ...node.context, config }))).toMatchObject({
    code: "CONTAINER_MISSING",
    minimumLevel: "container",
    tried: expect.arrayContaining(["bubblewrap: bwrap is not installed"]),
  });
  node.close();
});
