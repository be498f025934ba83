import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createNodeKeys, type KeysConfig } from "@deed/node";

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/** A SoftHSM token in a folder, with all keys of a node; null where SoftHSM is not installed. */
export async function createBenchToken(folder: string): Promise<KeysConfig | null> {
  const module = MODULES.find((path) => existsSync(path));
  if (module === undefined) return null;
  const conf = join(folder, "softhsm2.conf");
  mkdirSync(join(folder, "tokens"), { recursive: true, mode: 0o700 });
  writeFileSync(conf, `directories.tokendir = ${join(folder, "tokens")}\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF: conf };
  const [tokenLabel, pin, pinPath] = [
    "bench",
    randomBytes(16).toString("hex"),
    join(folder, "pin"),
  ];
  writeFileSync(pinPath, pin, { mode: 0o600 });
  const args = ["--init-token", "--free", "--label", tokenLabel, "--pin", pin, "--so-pin", pin];
  execFileSync("softhsm2-util", args, { env: { ...process.env, ...environment }, stdio: "pipe" });
  const pkcs11 = { module, environment, tokenLabel, pinPath };
  return (await createNodeKeys({ kind: "pkcs11", prefix: "deed", pkcs11 })).keys;
}
