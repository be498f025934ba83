import { createDecipheriv, scryptSync } from "node:crypto";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SignerConfig } from "./config.ts";
import type { KeysConfig } from "./key-config.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  KEY_LABELS,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./pkcs11/softhsm.testing.ts";
import {
  aBatch,
  aTransaction,
  createSignerBench,
  failureFrom,
  hash,
  PASSPHRASE,
  type SignerBench,
} from "./signer.testing.ts";
import { SignerError, type SignerFailure } from "./signer-error.ts";
import { encodeWire } from "./wire.ts";

// A signer with known secrets is made to refuse in every way; then all that it said is searched for them.

let bench: SignerBench;
let codes: Set<string>;
let said: string[];

beforeAll(async () => {
  bench = await createSignerBench();
  codes = new Set();
  said = [];
});
afterAll(() => bench.close());

/** The five secrets of the keystore, as its format says (Web3 secret storage 3). */
function secretsOfKeystore(): readonly Buffer[] {
  const { crypto } = JSON.parse(readFileSync(bench.config.keystorePath, "utf8"));
  const { n, r, p, dklen, salt } = crypto.kdfparams;
  const key = scryptSync(PASSPHRASE, Buffer.from(salt, "hex"), dklen, { N: n, r, p });
  const iv = Buffer.from(crypto.cipherparams.iv, "hex");
  const decipher = createDecipheriv("aes-128-ctr", key.subarray(0, 16), iv);
  const plain = decipher.update(Buffer.from(crypto.ciphertext, "hex"));
  return Array.from({ length: 5 }, (_, index) => plain.subarray(index * 32, (index + 1) * 32));
}

function formsOf(secret: string | Buffer): readonly string[] {
  const bytes = Buffer.from(secret as string);
  const forms = ["hex", "base64", "base64url", "latin1"].map((form) =>
    bytes.toString(form as BufferEncoding).replace(/=+$/, ""),
  );
  // Parsers quote the beginning of what they cannot read.
  if (typeof secret === "string") forms.push(secret.slice(0, 10));
  return [...forms, `${BigInt(`0x${bytes.toString("hex")}`)}`];
}

function leaksIn(text: string, secrets: Readonly<Record<string, string | Buffer>>): string[] {
  const low = text.toLowerCase();
  return Object.entries(secrets)
    .filter(([, secret]) => formsOf(secret).some((form) => low.includes(form.toLowerCase())))
    .map(([name]) => name);
}

function note(failure: SignerFailure): void {
  const error = new SignerError(failure);
  codes.add(failure.code);
  said.push(String(error.stack), JSON.stringify({ ...error }), error.remedy);
  expect(error.remedy).toMatch(/^.{10,200}[.?]$/);
}

async function refusesToStart(changes: Partial<SignerConfig>, passphrase?: string): Promise<void> {
  note(await failureFrom(bench.spawn(changes, passphrase)));
}

/** Says lines to the signer's socket, and hears an answer for each. */
async function refusals(lines: readonly object[]): Promise<void> {
  const socket = connect(bench.config.socketPath);
  socket.on("error", () => undefined);
  lines.forEach((line, id) => {
    socket.write(encodeWire({ id, method: "", params: {}, ...line }));
  });
  let heard = 0;
  for await (const line of createInterface({ input: socket })) {
    said.push(line);
    const { error } = JSON.parse(line) as { error?: SignerFailure };
    if (error !== undefined) note(error);
    heard += 1;
    if (heard === lines.length) break;
  }
  socket.destroy();
}

async function refusesRequests(token: string): Promise<void> {
  const hello = { method: "hello", params: { version: 1, token } };
  await refusals([{ method: "hello", params: { version: 1, token: "not this one" } }]);
  const commitment = (value: number) => ({
    method: "commitment",
    params: { batchNo: 1, draw: 0, commitment: hash(value) },
  });
  const transaction = (changes: object) => ({ method: "transaction", params: changes });
  await refusals([
    hello,
    { ...hello, params: { ...hello.params, version: 2 } },
    { method: "signDigest", params: { digest: hash(1) } },
    { method: "recordBatch", params: { ...aBatch(1), items: token } },
    commitment(1),
    commitment(2),
    transaction(aTransaction(0, { to: "0x00000000000000000000000000000000000000ff" })),
    transaction(aTransaction(99)),
    { method: "preimage", params: { anchor: hash(1), usedPreimages: 0, behind: 0 } },
    { method: "open", params: { intentHash: hash(1), name: "a", box: "0x01" } },
  ]);
  const binding = { operatorNo: 5, endpoint: "https://a.example:1" };
  await refusals([
    hello,
    ...Array.from({ length: 12 }, () => ({ method: "tlsCaBinding", params: binding })),
  ]);
  await refusals([
    hello,
    {
      method: "observe",
      params: { minimum: { Verdict: 9 }, heads: {}, nonces: {}, transactions: [] },
    },
    commitment(3),
  ]);
}

async function refusesFiles(): Promise<void> {
  const { directory, config } = bench;
  const at = (name: string): string => join(directory, name);
  await refusesToStart({}, "another passphrase");
  await refusesToStart({ keystorePath: at("none.json") });
  // Files in the wrong place: what is in them is not shown.
  writeFileSync(at("passphrase"), PASSPHRASE, { mode: 0o600 });
  await refusesToStart({ keystorePath: at("passphrase") });
  await refusesToStart({ auditLogPath: at("passphrase") });
  await refusesToStart({ auditLogPath: join(at("none"), "audit.log") });
  await refusesToStart({ passphrasePath: at("nowhere") });
  copyFileSync(config.auditLogPath, at("copy.log"));
  await refusesToStart({ auditLogPath: at("copy.log"), chainId: 1 });
  await refusesToStart({ auditLogPath: at("copy.log"), minimumAudit: { Vote: 4 } });
}

async function refusesToken(hsm: SoftHsm): Promise<void> {
  const { module, environment, label: tokenLabel, pin } = hsm;
  const pinPath = join(bench.directory, "pin");
  writeFileSync(pinPath, `${pin}\n`, { mode: 0o600 });
  const at = (name: keyof typeof KEY_LABELS) =>
    ({ kind: "pkcs11", label: KEY_LABELS[name] }) as const;
  const token = { module, environment, tokenLabel, pinPath };
  const [tlsCa, beacon, sealing] = [at("tlsCa"), at("beacon"), at("sealing")];
  const places = { duty: at("duty"), action: at("action"), tlsCa, beacon, sealing };
  const auditLogPath = join(bench.directory, "token.log");
  const refuses = (changes: Partial<KeysConfig>, pkcs11: object = {}): Promise<void> =>
    refusesToStart({
      auditLogPath,
      keys: { ...places, pkcs11: { ...token, ...pkcs11 }, ...changes },
    });
  await refuses({}, { tokenLabel: "another" });
  await refuses({}, { module: "/nowhere/lib.so" });
  await refuses({ duty: { kind: "pkcs11", label: "another" } });
  await refuses({ duty: at("tlsCa"), tlsCa: at("duty") });
  await refuses({ minimumTier: "hsm" });
  chmodSync(pinPath, 0o644);
  await refuses({});
  chmodSync(pinPath, 0o600);
  const wrong = join(bench.directory, "wrong-pin");
  writeFileSync(wrong, `${pin}0\n`, { mode: 0o600 });
  await refuses({}, { pinPath: wrong });
  // It starts, too, so that a process that has logged in is looked at.
  const signer = await bench.spawn({ auditLogPath, keys: { ...places, pkcs11: token } });
  look(signer.pid);
  await signer.close();
  said.push(readFileSync(auditLogPath, "latin1"));
}

/** What others on the machine could see of the process. */
function look(pid: number): void {
  if (process.platform !== "linux") return;
  for (const name of ["cmdline", "environ", "status"]) {
    said.push(readFileSync(`/proc/${pid}/${name}`, "latin1"));
  }
}

const title = `no refusal, log, argument or variable shows a passphrase, PIN, token or key${SOFTHSM_NEEDED}`;

test.skipIf(isWithoutSoftHsm)(title, { timeout: 120_000 }, async () => {
  const hsm = createSoftHsm();
  try {
    const signer = await bench.spawn();
    look(signer.pid);
    const token = readFileSync(bench.config.tokenPath, "utf8").trim();
    await refusesToStart({ socketPath: join(bench.directory, "run", "b.sock") });
    await refusesRequests(token);
    await signer.close();
    await refusesFiles();
    await refusesToken(hsm);
    said.push(bench.logged());
    said.push(readFileSync(bench.config.auditLogPath, "latin1"));
    said.push(readFileSync(join(bench.directory, "signer.json"), "latin1"));

    const [duty, action, tlsCa, beacon, sealing] = secretsOfKeystore() as Buffer[];
    const keys = { duty, action, tlsCa, beacon, sealing } as Record<string, Buffer>;
    const secrets = { passphrase: PASSPHRASE, pin: hsm.pin, token, ...keys };
    expect(leaksIn(said.join("\n"), secrets)).toEqual([]);
    // The search finds what is there.
    expect(leaksIn(readFileSync(bench.config.tokenPath, "utf8"), secrets)).toEqual(["token"]);
    expect(leaksIn(`"${PASSPHRASE.slice(0, 10)}"... is not valid JSON`, secrets)).toEqual([
      "passphrase",
    ]);
    expect(leaksIn(keys["duty"]!.toString("hex").toUpperCase(), secrets)).toEqual(["duty"]);
    expect([...codes].sort()).toEqual(PROVOKED);
  } finally {
    hsm.remove();
  }
});

const PROVOKED = [
  "E_AUDIT_BEHIND",
  "E_AUDIT_DAMAGED",
  "E_AUDIT_FOREIGN",
  "E_AUDIT_IO",
  "E_BAD_REQUEST",
  "E_BEACON_CHAIN",
  "E_CONFIG",
  "E_EQUIVOCATION",
  "E_HALTED",
  "E_KEYSTORE",
  "E_KEY_DEVICE",
  "E_KEY_MISSING",
  "E_KEY_MODULE",
  "E_KEY_PIN",
  "E_KEY_TIER",
  "E_KEY_WRONG",
  "E_LOCKED",
  "E_NONCE",
  "E_POLICY",
  "E_RATE",
  "E_SEALED",
  "E_TYPE",
  "E_UNAUTHORISED",
];
