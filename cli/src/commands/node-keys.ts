import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { AwsKmsConfig, KeysConfig, KeysReport, KeysToCreate, Pkcs11Config } from "@deed/node";
import { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command } from "../command-context.ts";
import { readJson, writeText } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { readPassphrase } from "../passphrase.ts";
import { pairs, table } from "../table.ts";

interface CreateOptions {
  readonly out: string;
  readonly prefix: string;
  readonly module?: string;
  readonly token?: string;
  readonly serial?: string;
  readonly user?: "user" | "crypto-user";
  readonly pinFile?: string;
  readonly pinFd?: string;
  readonly library?: readonly string[];
  readonly aws?: string;
  readonly endpoint?: string;
  readonly print?: true;
  readonly resume?: true;
}

interface OpenOptions {
  readonly keys: string;
  readonly keystore?: string;
  readonly passphraseFile?: string;
  readonly passphraseFd?: string;
  readonly pinFd?: string;
  readonly evidence?: string;
}

/** Keys of a node on a token or in AWS KMS. */
export function nodeKeysCommand(act: Act): Command {
  const group = new Command("keys").description("A node's keys on a token or in AWS KMS");
  group.addCommand(createCommand(act));
  group.addCommand(
    opening("show", "Say what the keys are and how well each is kept", "show --keys keys.json")
      .option("--evidence <file>", "write what the stores show, for the council")
      .action((options: OpenOptions) => act((context) => show(context, options, false))),
  );
  group.addCommand(
    opening("check", "Use each key once, and check its answer", "check --keys keys.json").action(
      (options: OpenOptions) => act((context) => show(context, options, true)),
    ),
  );
  return group;
}

function createCommand(act: Act): Command {
  return command(
    "create",
    "Make a node's five keys where they shall stay",
    "deed node keys create --module /usr/lib/softhsm/libsofthsm2.so --token node7 --pin-file pin",
  )
    .option("--out <file>", "where to write the places of the keys", "keys.json")
    .option("--prefix <text>", "what the keys' names begin with", "deed")
    .option("--module <file>", "the library of the token's vendor (PKCS#11)")
    .option("--token <label>", "the token's label")
    .option("--serial <text>", "the token's serial number, where several have one label")
    .option("--user <kind>", "user, or Luna's crypto-user")
    .option("--pin-file <file>", "where the signer finds the PIN; it is read from there")
    .option("--pin-fd <number>", "open descriptor to read the PIN from, in its place")
    .option("--library <name=value...>", "variables that the library reads")
    .option("--aws <region>", "make them in AWS KMS; credentials come the SDK's own way")
    .option("--endpoint <url>", "a VPC endpoint of AWS KMS")
    .option("--resume", "keys of these names are this node's: leave them, make what is missing")
    .option("--print", "with --aws: only say what to do")
    .action((options: CreateOptions) => act((context) => create(context, options)));
}

function opening(name: string, summary: string, example: string): Command {
  return command(name, summary, `deed node keys ${example}`)
    .requiredOption("--keys <file>", "the places of the keys, as `create` wrote them")
    .option("--keystore <file>", "the signer's keystore, where a key lies there")
    .option("--passphrase-file <file>", "file that holds the keystore's passphrase")
    .option("--passphrase-fd <number>", "open descriptor to read the passphrase from")
    .option("--pin-fd <number>", "open descriptor to read the PIN from, not from its file");
}

async function create({ terminal }: CommandContext, options: CreateOptions): Promise<Outcome> {
  const out = resolve(options.out);
  if (options.print === true) return printed(options);
  // Before anything is made.
  if (existsSync(out)) {
    throw cliError("CLI_FILE_EXISTS", `${out} is there already`, "Name another one with --out.");
  }
  const wanted = wantedOf(options);
  const pin = await pinOf(options, terminal);
  const { createNodeKeys, inspectKeys } = await import("@deed/node");
  const onKey = (name: string, place: string, isNew: boolean): void =>
    terminal.say(`${name}: ${place}${isNew ? "" : " (was there)"}`);
  const withPin = pin === null ? {} : { pin: () => pin };
  const resumes = options.resume === true;
  const { keys, made, found } = await createNodeKeys(wanted, { ...withPin, resumes, onKey });
  const report = await inspectKeys(
    { keystorePath: "", keys, isTried: false },
    { passphrase: () => "", ...withPin },
  );
  writeText(out, `${JSON.stringify(keys, null, 2)}\n`, { force: false });
  const text = [
    `${out}: ${made.length} made, ${found.length} were there`,
    reportText(report),
    `In the node's configuration: "signer": { "directory": …, "keysFile": ${JSON.stringify(out)} }`,
  ].join("\n\n");
  const { publicKeys, keyTier, standings } = report;
  return outcome({ file: out, made, found, publicKeys, keyTier, standings }, text);
}

/** The same by hand: who may make keys in an account is often not who runs a node. */
function printed({ aws, prefix }: CreateOptions): Outcome {
  if (aws === undefined) throw cliError("CLI_USAGE", "--print is for --aws", "Say --aws REGION.");
  const specs = [
    ["duty", "ECC_SECG_P256K1", "SIGN_VERIFY"],
    ["action", "ECC_SECG_P256K1", "SIGN_VERIFY"],
    ["tls-ca", "ECC_NIST_P256", "SIGN_VERIFY"],
    ["beacon", "HMAC_256", "GENERATE_VERIFY_MAC"],
    ["sealing", "ECC_NIST_P256", "KEY_AGREEMENT"],
  ];
  const commands = specs.map(
    ([name, spec, usage]) =>
      `aws kms create-alias --region ${aws} --alias-name alias/${prefix}-${name} --target-key-id "$(aws kms create-key --region ${aws} --key-spec ${spec} --key-usage ${usage} --query KeyMetadata.KeyId --output text)"`,
  );
  return outcome({ commands }, commands.join("\n"));
}

function wantedOf(options: CreateOptions): KeysToCreate {
  const { aws, endpoint, module, token, serial, user, pinFile, prefix } = options;
  if (aws !== undefined) {
    const awsKms: AwsKmsConfig =
      endpoint === undefined ? { region: aws } : { region: aws, endpoint };
    return { kind: "aws-kms", prefix, awsKms };
  }
  if (module === undefined || token === undefined || pinFile === undefined) {
    const remedy = "Name --module, --token and --pin-file; or --aws REGION.";
    throw cliError("CLI_USAGE", "where the keys are to be made is not said", remedy);
  }
  const environment = Object.fromEntries((options.library ?? []).map(variable));
  const pkcs11: Pkcs11Config = {
    ...{ module: resolve(module), tokenLabel: token, pinPath: resolve(pinFile) },
    ...(serial === undefined ? {} : { serial }),
    ...(user === undefined ? {} : { user }),
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
  };
  return { kind: "pkcs11", prefix, pkcs11 };
}

function variable(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw cliError("CLI_USAGE", `'${text}' is no variable`, "For example --library NAME=VALUE.");
}

// Null: the file has it. A PIN that comes another way is for making the keys, and is not written anywhere.
async function pinOf(
  { pinFd, pinFile }: Pick<CreateOptions, "pinFd" | "pinFile">,
  terminal: CommandContext["terminal"],
): Promise<string | null> {
  if (pinFd === undefined && (pinFile === undefined || existsSync(pinFile))) return null;
  const options = pinFd === undefined ? {} : { passphraseFd: pinFd };
  return readPassphrase(options, terminal, { text: "PIN of the token", isNew: false });
}

async function show(
  { terminal }: CommandContext,
  options: OpenOptions,
  isTried: boolean,
): Promise<Outcome> {
  const keys = readKeys(options.keys);
  const { inspectKeys, checkKeysConfig, evidenceText, storesOf } = await import("@deed/node");
  checkKeysConfig(keys);
  const isInFile = storesOf(keys).has("keystore");
  if (isInFile && options.keystore === undefined) {
    throw cliError("CLI_USAGE", "a key lies in a keystore", "Name it with --keystore FILE.");
  }
  const question = { text: `Passphrase for ${options.keystore}`, isNew: false };
  const passphrase = isInFile ? await readPassphrase(options, terminal, question) : "";
  const pin = await pinOf(options, terminal);
  const report = await inspectKeys(
    { keystorePath: options.keystore ?? "", keys, isTried },
    { passphrase: () => passphrase, ...(pin === null ? {} : { pin: () => pin }) },
  );
  const { publicKeys, keyTier, standings, uses } = report;
  const { evidence: path } = options;
  const evidence = path === undefined ? null : writeEvidence(path, evidenceText(report.evidence));
  const text = [
    reportText(report),
    ...(evidence === null ? [] : [`${evidence.file}\nSHA-256 ${evidence.evidenceHash}`]),
    ...(isTried ? [triedText(uses)] : []),
  ].join("\n\n");
  const facts = { publicKeys, keyTier, standings, ...(isTried ? { uses } : {}) };
  return outcome({ ...facts, ...(evidence ?? {}) }, text);
}

/** Relative paths count from the file's folder, as they do for the node. */
function readKeys(path: string): KeysConfig {
  const keys = readJson(path) as KeysConfig;
  const { pkcs11 } = keys ?? {};
  if (pkcs11?.pinPath === undefined) return keys;
  const pinPath = resolve(dirname(resolve(path)), pkcs11.pinPath);
  return { ...keys, pkcs11: { ...pkcs11, pinPath } };
}

function writeEvidence(
  path: string,
  { text, hash }: { readonly text: string; readonly hash: string },
): { readonly file: string; readonly evidenceHash: string } {
  const file = resolve(path);
  writeText(file, text, { force: false });
  return { file, evidenceHash: hash };
}

function reportText({ publicKeys, keyTier, standings }: KeysReport): string {
  const rows = Object.entries(standings).map(([name, { store, tier, because }]) => [
    ...[name, store, tier],
    because.join("; "),
  ]);
  const { duty, action, caHash, sealing } = publicKeys;
  return [
    table(["key", "store", "tier", "because"], rows),
    pairs([
      ["tier of the node", keyTier],
      ["duty", duty],
      ["action", action],
      ["CA hash", caHash],
      ["sealing", sealing],
    ]),
  ].join("\n\n");
}

function triedText(uses: KeysReport["uses"]): string {
  const names = Object.entries(uses).map(([name, count]) => `${name} ${count}`);
  if (names.length === 0) return "No key of a store was tried: all lie in the keystore.";
  return `Every key answers. Where the store counts, these uses are no signer's: ${names.join(", ")}.`;
}
