import { chmodSync } from "node:fs";
import type { NodeConfig } from "@deed/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../deed.testing.ts";
import {
  createEmptyToken,
  type EmptyToken,
  isWithoutSoftHsm,
  SOFTHSM_NEEDED,
} from "../softhsm.testing.ts";
import { checkKeys } from "./check-keys.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

type Spawned = Extract<NodeConfig["signer"], { kind: "spawn" }>;

describe.skipIf(isWithoutSoftHsm)(`the token of a node${SOFTHSM_NEEDED}`, () => {
  let token: EmptyToken;
  beforeAll(() => {
    token = createEmptyToken(folder.path);
  });

  async function checked(changes: object = {}) {
    const { module, label: tokenLabel, pinFile: pinPath, variable } = token;
    const [name = "", value = ""] = variable.split("=");
    const pkcs11 = { module, tokenLabel, pinPath, environment: { [name]: value }, ...changes };
    const signer = { kind: "spawn", keys: { pkcs11 } } as unknown as Spawned;
    const [found] = await checkKeys(signer);
    return found;
  }

  test("is seen without a try of its PIN, and what is wrong comes with what mends it", async () => {
    expect(await checked()).toMatchObject({ result: "ok" });
    expect(await checked({ tokenLabel: "nowhere" })).toMatchObject({
      result: "fail",
      detail: expect.stringContaining("the library shows: node7"),
      remedy: expect.stringContaining("tokenLabel"),
    });
    expect(await checked({ module: "/no/such.so" })).toMatchObject({
      result: "fail",
      remedy: expect.stringContaining("keys.pkcs11.module"),
    });
    chmodSync(token.pinFile, 0o644);
    expect(await checked()).toMatchObject({
      result: "fail",
      detail: expect.stringContaining("readable by others"),
    });
    chmodSync(token.pinFile, 0o600);
  });
});

test("keys in a cloud are not asked, and keys in a keystore are no finding", async () => {
  const keys = { awsKms: { region: "eu-central-1" } };
  const cloud = await checkKeys({ kind: "spawn", keys } as unknown as Spawned);
  expect(cloud).toMatchObject([{ name: "cloud keys", result: "skipped" }]);
  expect(await checkKeys({ kind: "spawn", keys: null } as Spawned)).toEqual([]);
});
