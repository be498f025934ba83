import { join } from "node:path";
import { fireDigest, type Hex, type Json, jsonHash, wordHex } from "@deed/protocol/encoding";
import { privateKeyToAccount, sign } from "viem/accounts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import type { Store } from "../../store/store.ts";
import { anIntent } from "../intent.testing.ts";
import { type AcceptFireParts, acceptFire, FireError, type SignedFire } from "./accept-fire.ts";

const KEY = wordHex(7);
const OWNER = privateKeyToAccount(KEY).address.toLowerCase() as Hex;
const DOMAIN = wordHex(5);
const WALLETS: Hex = `0x${"ab".repeat(65)}`;

let store: Store;
let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(async () => {
  directory = temporaryDirectory();
  store = openTestStore(join(directory.path, "store.db"));
  await store.write((tables) => tables.intents.put(anIntent(1, { kind: 3, owner: OWNER })));
});
afterEach(() => {
  store.close();
  directory.remove();
});

function parts(askWallet: AcceptFireParts["askWallet"] = () => Promise.resolve(false)) {
  const ledger = { chainId: 31337, executions: `0x${"11".repeat(20)}` } as const;
  return { store, ledger, intentsDomain: DOMAIN, askWallet, nowMs: () => 1_000_000 };
}

async function aFire(changes: Partial<SignedFire> = {}): Promise<SignedFire> {
  const { intentHash } = anIntent(1);
  const input: Json = { a: 1 };
  const said = {
    intentHash,
    ordinal: 1,
    input,
    firedAtSec: 1_000,
    validUntilSec: 1_100,
    ...changes,
  };
  const hash = fireDigest({ ...said, inputHash: jsonHash(said.input) }, DOMAIN);
  return { signature: await sign({ hash, privateKey: KEY, to: "hex" }), ...said };
}

async function codeOf(fire: SignedFire, asked = parts()): Promise<string> {
  const error = await acceptFire(asked, fire).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FireError);
  return (error as FireError).failure.code;
}

test("an owner's fire is kept with its due execution; told twice, it is one", async () => {
  const fire = await aFire();
  const { executionId, isNew } = await acceptFire(parts(), fire);
  expect(isNew).toBe(true);
  expect(store.read.executions.get({ executionId })).toMatchObject({ state: "due", t0Sec: 1_000 });
  expect((await acceptFire(parts(), fire)).isNew).toBe(false);
  expect(await codeOf(await aFire({ input: { a: 2 } }))).toBe("FIRE_ORDINAL_USED");
});

test("a wallet is asked about what no key signed, and its word counts", async () => {
  const fire = await aFire({ signature: WALLETS });
  expect(await codeOf(fire)).toBe("FIRE_BAD_SIGNATURE");
  const asked: unknown[] = [];
  const yes = parts((...question) => {
    asked.push(question[0], question[2]);
    return Promise.resolve(true);
  });
  expect((await acceptFire(yes, fire)).isNew).toBe(true);
  expect(asked).toEqual([OWNER, WALLETS]);
  // A claim could not carry it.
  expect(await codeOf(await aFire({ ordinal: 2, signature: "0xabcd" }), yes)).toBe(
    "FIRE_BAD_SIGNATURE",
  );
});

test("a workflow with another trigger, or one that is revoked, is not fired by hand", async () => {
  await store.write((tables) => tables.intents.put(anIntent(1, { kind: 1, owner: OWNER })));
  expect(await codeOf(await aFire())).toBe("FIRE_WRONG_TRIGGER");
  const revoked = anIntent(1, { kind: 3, owner: OWNER, state: "revoked" });
  await store.write((tables) => tables.intents.put(revoked));
  expect(await codeOf(await aFire())).toBe("FIRE_INTENT_NOT_LIVE");
});

test.each([
  ["FIRE_UNKNOWN_INTENT", { intentHash: wordHex(9) }],
  ["FIRE_EXPIRED", { firedAtSec: 900, validUntilSec: 999 }],
  ["FIRE_EXPIRED", { firedAtSec: 1_001, validUntilSec: 1_000 }],
  ["FIRE_FROM_THE_FUTURE", { firedAtSec: 1_003 }],
  ["FIRE_INPUT_TOO_LARGE", { input: "x".repeat(8 * 1024) }],
] as const)("%s", async (code, changes) => {
  expect(await codeOf(await aFire(changes))).toBe(code);
});
