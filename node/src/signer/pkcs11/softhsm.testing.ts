import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../must-run.testing.ts";
import type { KeyName } from "../key-tier.ts";
import { createTokenKey } from "./create-keys.ts";
import { openCryptoki } from "./cryptoki.ts";
import { TokenSession } from "./token-session.ts";

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

const SOFTHSM_MODULE: string | undefined = MODULES.find((path) => existsSync(path));

/** Without SoftHSM2 these tests cannot run, and their names say what is missing. Where CI is set, they must. */
export const isWithoutSoftHsm: boolean = !mustRun(SOFTHSM_MODULE !== undefined);

export const SOFTHSM_NEEDED: string = isWithoutSoftHsm ? " (apt-get install softhsm2)" : "";

/** A folder of SoftHSM tokens, and one token in it with a node's keys. */
export interface SoftHsm {
  readonly module: string;
  readonly environment: { readonly SOFTHSM2_CONF: string };
  readonly label: string;
  readonly pin: string;
  /** Makes one more token. */
  initToken(label: string): void;
  /** A session that may make keys. Close it before another library is opened. */
  openSession(): TokenSession & { end(): void };
  remove(): void;
}

export const KEY_LABELS: Readonly<Record<KeyName, string>> = {
  duty: "deed-duty",
  action: "deed-action",
  tlsCa: "deed-tls-ca",
  beacon: "deed-beacon",
  sealing: "deed-sealing",
};

/** @param mechanisms What its tokens can do, in SoftHSM's own words. */
export function createSoftHsm(mechanisms = "ALL"): SoftHsm {
  const module = SOFTHSM_MODULE ?? "libsofthsm2.so";
  const directory = mkdtempSync(join(tmpdir(), "deed-softhsm-"));
  const conf = join(directory, "softhsm2.conf");
  mkdirSync(join(directory, "tokens"));
  writeFileSync(
    conf,
    `directories.tokendir = ${join(directory, "tokens")}\nlog.level = ERROR\nslots.mechanisms = ${mechanisms}\n`,
  );
  const environment = { SOFTHSM2_CONF: conf };
  const label = "deed node 7";
  const pin = randomBytes(16).toString("hex");
  const initToken = (name: string): void => {
    const args = ["--init-token", "--free", "--label", name, "--pin", pin, "--so-pin", pin];
    execFileSync("softhsm2-util", args, { env: { ...process.env, ...environment }, stdio: "pipe" });
  };
  const openSession: SoftHsm["openSession"] = () => {
    const cryptoki = openCryptoki({ module, environment });
    const { library } = cryptoki;
    const session = TokenSession.open({ label, user: "user", isWritable: true }, { library, pin });
    return Object.assign(session, {
      end: () => {
        session.close();
        cryptoki.close();
      },
    });
  };
  initToken(label);
  const session = openSession();
  for (const name of Object.keys(KEY_LABELS) as KeyName[]) {
    createTokenKey(session, { name, label: KEY_LABELS[name] });
  }
  session.end();
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  return { module, environment, label, pin, initToken, openSession, remove };
}
