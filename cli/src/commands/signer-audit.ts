import type { AuditSignerOptions, OnProgress, SignerAudit, StoreUses } from "@deed/node/audit";
import type { Command } from "commander";
import { cliError } from "../cli-error.ts";
import { type Act, type CommandContext, command, withPlace } from "../command-context.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { readJson } from "../files.ts";
import { type Outcome, outcome } from "../outcome.ts";
import { findPlace, ledgerOf, type PlaceOptions } from "../place.ts";
import { signerAuditText } from "../signer-audit-text.ts";
import type { Terminal } from "../terminal.ts";
import { wholeNumber } from "../whole-number.ts";

interface AuditOptions extends PlaceOptions {
  readonly log?: string;
  readonly config?: string;
  readonly cloudtrail?: string[];
  readonly kmsKey?: string[];
  readonly kmsUses?: string[];
  readonly witness?: string[];
  readonly since?: string;
  readonly until?: string;
  readonly transactions: boolean;
}

type KeyName = keyof StoreUses;

const KEYS: readonly KeyName[] = ["duty", "action", "tlsCa", "sealing"];

const EXITS: { readonly [result in SignerAudit["result"]]: ExitCode } = {
  ok: EXIT.ok,
  failed: EXIT.failed,
  unknown: EXIT.unverified,
};

/** Reconciles a signer's log, the ledger and a key store's counter. */
export function signerAuditCommand(act: Act): Command {
  return withPlace(
    command(
      "audit",
      "Reconcile a signer's log with the ledger and the key store",
      "deed signer audit --log audit.log --cloudtrail trail.json --kms-key duty=1234abcd-…",
    ),
  )
    .argument("[number]", "a node; without a log it is audited from public data alone")
    .option("--log <file>", "the signer's audit log; it is only read")
    .option("--config <file>", "the signer's configuration: names log and keys")
    .option("--cloudtrail <file...>", "exported trails of AWS KMS")
    .option("--kms-key <name=id...>", "which key of the store is duty, action, tlsCa or sealing")
    .option("--kms-uses <name=count...>", "what a store counted; a number alone is of duty")
    .option(
      "--witness <file...>",
      "what others hold of it: a node.db, checkpoints as JSON, a report",
    )
    .option("--since <time>", "count uses of keys from then on (ISO 8601)")
    .option("--until <time>", "and until then")
    .option("--no-transactions", "do not compare transactions one by one")
    .addHelpText(
      "after",
      "\nEnds with 0 when every use is explained, 4 when one is not (signed around the signer, forked log, checkpoints that contradict each other),\n5 when public data alone cannot say.",
    )
    .action((number: string | undefined, options: AuditOptions) =>
      act((context) => audit(context, number, options)),
    );
}

async function audit(
  { terminal }: CommandContext,
  number: string | undefined,
  options: AuditOptions,
): Promise<Outcome> {
  const given = await optionsOf(number, options);
  const ledger = ledgerOf(await findPlace(options));
  const { auditSigner } = await import("@deed/node/audit");
  const done = terminal.busy("Reading the ledger");
  try {
    const report = await auditSigner(given, { ledger, onProgress: progressOn(done) });
    done();
    return outcome(report, signerAuditText(report, terminal.colors), EXITS[report.result]);
  } catch (error) {
    done();
    return await outcomeOf(error, terminal);
  }
}

function progressOn(done: ReturnType<Terminal["busy"]>): OnProgress {
  let shown = "";
  return ({ what, done: count, of }) => {
    const text =
      of === null ? `${count} ${what}` : `${Math.floor((100 * count) / of)} % of ${of} ${what}`;
    if (text !== shown) done(text);
    shown = text;
  };
}

async function optionsOf(
  number: string | undefined,
  options: AuditOptions,
): Promise<AuditSignerOptions> {
  const config = options.config === undefined ? {} : (readJson(options.config) as SignerFile);
  const logPath = options.log ?? config.auditLogPath ?? null;
  const nodeNo = number === undefined ? null : wholeNumber(number, "number");
  if (nodeNo === null && logPath === null) {
    const remedy = "deed signer audit --log FILE, or deed signer audit NUMBER.";
    throw cliError("CLI_USAGE", "neither a log nor a node's number", remedy);
  }
  const usesWithin = {
    fromMs: timeOf(options.since, "--since"),
    toMs: timeOf(options.until, "--until"),
  };
  const storeUses = {
    ...(await trailUses(options, config, usesWithin)),
    ...Object.fromEntries((options.kmsUses ?? []).map(useOf)),
  };
  if (logPath === null && Object.keys(storeUses).length > 0) {
    throw cliError("CLI_USAGE", "a store's count says nothing without the log", "Name it: --log.");
  }
  const witnessPaths = options.witness ?? [];
  const { transactions: withTransactions } = options;
  return { nodeNo, logPath, storeUses, usesWithin, witnessPaths, withTransactions };
}

/** What is read of a signer's configuration. */
interface SignerFile {
  readonly auditLogPath?: string;
  readonly keys?: Readonly<Record<string, { readonly kind?: string; readonly keyId?: string }>>;
}

async function trailUses(
  options: AuditOptions,
  { keys }: SignerFile,
  within: AuditSignerOptions["usesWithin"],
): Promise<StoreUses> {
  if (options.cloudtrail === undefined) return {};
  const { AuditError, countSigns } = await import("@deed/node/audit");
  const files = options.cloudtrail.map(readJson);
  const named = new Map<KeyName, string>();
  for (const name of KEYS) {
    const key = keys?.[name];
    if (key?.kind === "aws-kms" && key.keyId !== undefined) named.set(name, key.keyId);
  }
  for (const text of options.kmsKey ?? []) named.set(...pairOf(text, "--kms-key"));
  if (named.size === 0) {
    const remedy = "--kms-key duty=ID, or --config with the signer's configuration.";
    throw cliError("CLI_USAGE", "which of the trail's keys is the node's?", remedy);
  }
  try {
    const counts = [...named].map(([name, keyId]) => [
      name,
      countSigns(files, { keyId, ...within }),
    ]);
    return Object.fromEntries(counts) as StoreUses;
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    const remedy = "A trail's file has Records, `aws cloudtrail lookup-events` prints Events.";
    throw cliError("CLI_FILE_MALFORMED", `no trail: ${cause.message}`, remedy, { cause });
  }
}

function useOf(text: string): [KeyName, number] {
  if (!text.includes("=")) return ["duty", wholeNumber(text, "--kms-uses")];
  const [name, count] = pairOf(text, "--kms-uses");
  return [name, wholeNumber(count, "--kms-uses")];
}

function pairOf(text: string, option: string): [KeyName, string] {
  const at = text.indexOf("=");
  const name = KEYS.find((known) => known === text.slice(0, Math.max(0, at)));
  if (name !== undefined) return [name, text.slice(at + 1)];
  throw cliError("CLI_USAGE", `${option}: '${text}'`, `One of ${KEYS.join(", ")}, =, a value.`);
}

function timeOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw cliError(
    "CLI_USAGE",
    `${option}: '${text}' is no time`,
    "For example 2026-11-23T10:00:00Z.",
  );
}

/** A log that does not add up is a result, not a mistake of this program. */
async function outcomeOf(error: unknown, { colors }: Terminal): Promise<Outcome> {
  const [{ AuditError }, { SignerError }] = await Promise.all([
    import("@deed/node/audit"),
    import("@deed/node"),
  ]);
  if (error instanceof SignerError && error.failure.code === "E_AUDIT_DAMAGED") {
    const { code, offset, reason } = error.failure;
    const text = `the log does not add up at byte ${offset}: ${reason}`;
    const data = { result: "failed", findings: [{ code, text }] };
    return outcome(data, colors.red(`${code}: ${text}`), EXIT.failed);
  }
  if (error instanceof SignerError) {
    const cause = { cause: error };
    throw cliError("CLI_FILE_UNREADABLE", error.message, "Name the signer's log.", cause);
  }
  if (!(error instanceof AuditError)) throw error;
  if (error.failure.code === "AUDIT_BAD_WITNESS") {
    const remedy = "A node's node.db, a list of signed checkpoints, or a report of this command.";
    throw cliError("CLI_FILE_MALFORMED", error.message, remedy, { cause: error });
  }
  const remedy = "Is this the network of that node? See `deed signer audit --help`.";
  throw cliError("CLI_UNKNOWN_NAME", error.message, remedy, { cause: error });
}
