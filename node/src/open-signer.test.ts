import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type OpenedSigner, openSigner } from "./open-signer.ts";
import { TEST_DEPLOYMENT } from "./roles/context.testing.ts";
import { createKeystore } from "./signer/keystore.ts";
import { failureFrom, PASSPHRASE } from "./signer/signer.testing.ts";
import { SILENT } from "./telemetry/logger.ts";

let root: string;
let directory: string;
let opened: OpenedSigner[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "deed-open-signer-"));
  // Too long for a socket, which then has a folder of its own elsewhere.
  directory = join(root, "a".repeat(100));
  mkdirSync(directory, { mode: 0o700 });
  const path = join(directory, "keystore.json");
  await createKeystore({ path, passphrase: PASSPHRASE, cost: 1024 });
  writeFileSync(join(root, "passphrase"), PASSPHRASE, { mode: 0o600 });
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<OpenedSigner> {
  const one = await openSigner(
    {
      place: {
        kind: "spawn",
        directory,
        passphraseFile: join(root, "passphrase"),
        keys: null,
        moreKeys: [],
        user: null,
        beaconChainNo: 1,
        firstNonce: 0,
      },
      nodeNo: 7,
      operatorNo: 5,
      deployment: TEST_DEPLOYMENT,
      fees: { kind: "free" },
      minimumAudit: {},
    },
    { logger: SILENT },
  );
  opened.push(one);
  return one;
}

test("a node that is started twice leaves the first one's signer reachable", async () => {
  await open();
  const { socketPath, tokenPath } = JSON.parse(
    readFileSync(join(directory, "signer.json"), "utf8"),
  ) as { readonly socketPath: string; readonly tokenPath: string };
  expect(socketPath.startsWith(directory)).toBe(false);
  expect((await failureFrom(open())).code).toBe("E_LOCKED");

  const place = { kind: "socket", socketPath, tokenPath } as const;
  const options = { nodeNo: 7, operatorNo: 5, deployment: TEST_DEPLOYMENT };
  const late = await openSigner(
    { place, ...options, fees: { kind: "free" }, minimumAudit: {} },
    { logger: SILENT },
  );
  opened.push(late);
  expect((await late.client.status()).halted).toBeNull();
});

test("its folder for the socket is gone when it has ended", async () => {
  const one = await open();
  const { socketPath } = JSON.parse(readFileSync(join(directory, "signer.json"), "utf8"));
  expect(existsSync(socketPath)).toBe(true);
  await one.close();
  expect(existsSync(join(socketPath, ".."))).toBe(false);
});
