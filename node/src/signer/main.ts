// The signer as a process: `main [--user UID:GID] --config FILE`. With a user, root is given up for it before
// anything is read, and what lies in the working directory is found by its name there. The passphrase comes from a file that the configuration names,
// or from the descriptor in DEED_PASSPHRASE_FD; never from the command line or the environment itself.
// Standard output says one line: that it is ready, or why not.

import { readFileSync, writeSync } from "node:fs";
import { createLineLogger } from "../telemetry/lines.ts";
import type { Logger } from "../telemetry/logger.ts";
import { readConfig, type SignerConfig } from "./config.ts";
import { loadCurve } from "./curve.ts";
import { fromHere, giveUpRoot, parseUser } from "./give-up-root.ts";
import { failureOf, SignerError } from "./signer-error.ts";
import { type RunningSigner, startSigner } from "./start-signer.ts";

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
const EXIT_FAILED = 1;
const VERIFY_VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED";

const logger = createLineLogger(
  { level: "info", fields: { process: "signer", pid: process.pid } },
  { write: (line) => void writeSync(STANDARD_ERROR, line), nowMs: () => Date.now() },
);

process.umask(0o077);
try {
  const config = await openConfig();
  const signer = await startSigner(config, {
    passphrase: () => readPassphrase(config),
    logger,
    nowMs: () => Date.now(),
  });
  endOnSignal(signer, config, logger);
  const { publicKeys, standings, remotePort } = signer;
  say({ ready: { pid: process.pid, publicKeys, standings, remotePort } });
} catch (error) {
  const failure = failureOf(error);
  const { remedy } = new SignerError(failure);
  logger.error("Signer did not start", { failure, remedy });
  say({ failed: failure });
  process.exitCode = EXIT_FAILED;
}

async function openConfig(): Promise<SignerConfig> {
  // An SDK would believe any certificate.
  if (process.env[VERIFY_VARIABLE] === "0") {
    throw new SignerError({ code: "E_CONFIG", field: `${VERIFY_VARIABLE} in the environment` });
  }
  if (!process.argv.includes("--user")) return readConfig(argument("--config"));
  // What is loaded on demand: afterwards it may be out of reach.
  loadCurve();
  await import("./open-box.ts");
  giveUpRoot(parseUser(argument("--user")));
  return fromHere(readConfig(argument("--config")), process.cwd());
}

function endOnSignal(signer: RunningSigner, config: SignerConfig, log: Logger): void {
  let isEnding = false;
  const end = (reason: string): void => {
    if (isEnding) return;
    isEnding = true;
    log.info("Signer ends", { reason });
    signer.close().then(
      () => process.exit(0),
      () => process.exit(EXIT_FAILED),
    );
  };
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("SIGINT", () => end("SIGINT"));
  if (config.endWithParent === true) {
    process.stdin.on("end", () => end("parent ended"));
    process.stdin.on("error", () => end("parent ended"));
    process.stdin.resume();
  }
}

function argument(name: string): string {
  const value = process.argv[process.argv.indexOf(name) + 1];
  if (!process.argv.includes(name) || value === undefined) {
    throw new SignerError({ code: "E_CONFIG", field: name });
  }
  return value;
}

function readPassphrase(config: SignerConfig): string {
  const descriptor = process.env["DEED_PASSPHRASE_FD"];
  try {
    const source = config.passphrasePath ?? Number.parseInt(descriptor ?? "", 10);
    return readFileSync(source, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new SignerError({ code: "E_CONFIG", field: "passphrase" }, { cause: error });
  }
}

function say(message: object): void {
  writeSync(STANDARD_OUTPUT, `${JSON.stringify(message)}\n`);
}
