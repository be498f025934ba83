import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MODULE = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
].find((path) => existsSync(path));

/** Where CI is set these tests must run. */
export const isWithoutSoftHsm: boolean = MODULE === undefined && process.env["CI"] === undefined;
export const SOFTHSM_NEEDED: string = isWithoutSoftHsm ? " (apt-get install softhsm2)" : "";

export interface EmptyToken {
  readonly module: string;
  readonly label: string;
  readonly pin: string;
  readonly pinFile: string;
  /** What the library reads of its environment. */
  readonly variable: string;
}

/** An empty token of SoftHSM in a folder. */
export function createEmptyToken(folder: string): EmptyToken {
  const conf = join(folder, "softhsm2.conf");
  mkdirSync(join(folder, "tokens"));
  writeFileSync(conf, `directories.tokendir = ${join(folder, "tokens")}\nlog.level = ERROR\n`);
  const [label, pin, pinFile] = ["node7", randomBytes(16).toString("hex"), join(folder, "pin")];
  const args = ["--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", pin];
  const env = { ...process.env, SOFTHSM2_CONF: conf };
  execFileSync("softhsm2-util", args, { env, stdio: "pipe" });
  writeFileSync(pinFile, pin, { mode: 0o600 });
  const module = MODULE ?? "libsofthsm2.so";
  return { module, label, pin, pinFile, variable: `SOFTHSM2_CONF=${conf}` };
}
