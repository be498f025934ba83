import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { temporaryFolder } from "../deed.testing.ts";
import { checkNetworkUsers, checkSignerUser } from "./check-signer-user.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const spawned = {
  ...{ kind: "spawn" as const, directory: "/d", passphraseFile: "/p", keys: null, moreKeys: [] },
  ...{ beaconChainNo: 1, firstNonce: 0 },
};
const user = { uid: 7001, gid: 7001 };

test.each([
  [null, 0, "warn", "can read the keystore"],
  [null, 1000, "warn", "can read the keystore"],
  [user, 7001, "warn", "can read the keystore"],
  // Better, but not all: the detail says what root still can.
  [user, 0, "ok", "the node runs as root, who can read everything"],
  [user, 1000, "fail", "only root can change to it"],
  [user, undefined, "skipped", "no users"],
] as const)("a signer as %j below a node of user %s: %s", (own, node, result, detail) => {
  const found = checkSignerUser({ ...spawned, user: own }, node);
  expect(found).toMatchObject({ result, detail: expect.stringContaining(detail) });
  expect(found.remedy === null).toBe(result === "ok" || result === "skipped");
});

test("a signer that runs apart is known by who owns its socket", () => {
  const socketPath = join(folder.path, "signer.sock");
  const signer = { kind: "socket" as const, socketPath, tokenPath: "/t" };
  expect(checkSignerUser(signer, 7).result).toBe("fail");
  writeFileSync(socketPath, "");
  chmodSync(socketPath, 0o600);
  const own = process.getuid?.() ?? 0;
  expect(checkSignerUser(signer, own).result).toBe("warn");
  expect(checkSignerUser(signer, own + 1).result).toBe("ok");
});

test("what an embedded network will do is said before it starts", () => {
  expect(checkNetworkUsers(0).detail).toContain("its own");
  expect(checkNetworkUsers(1000).detail).toContain("share the nodes' user");
});
