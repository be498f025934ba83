import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Hex, keccak256 } from "@deed/protocol/encoding";
import { type Deployment, parseDeployment } from "@deed/sdk";
import { cliError } from "../cli-error.ts";
import { readBytes, readJson } from "../files.ts";
import type { Place } from "../place.ts";
import { keystoreAddress, parseAddress } from "../wallet.ts";
import type { VettingInput } from "./application.ts";

/** What an operator decided before it asked; written once, so that the application and the registry say the same. */
export interface JoinPlan {
  readonly join: "deed.join.1";
  readonly deployment: Deployment;
  readonly rpcUrl: string;
  readonly cold: Hex;
  readonly payout: Hex;
  readonly name: string;
  readonly region: string;
  readonly provider: string;
  readonly metadataUri: string;
  readonly vetting: readonly VettingInput[];
  readonly roles: readonly JoinRole[];
  readonly endpoint: string;
  /** Where each key is; null: all in a keystore of the folder. */
  readonly keysFile: string | null;
  /** Decimal; null: the least that the network asks for. */
  readonly bondWei: string | null;
}

export type JoinRole = "executor" | "verifier";

/** Options of `deed node join` that decide something. */
export interface JoinOptions {
  readonly name?: string;
  readonly region?: string;
  readonly provider?: string;
  readonly metadataUri?: string;
  readonly vetting?: readonly string[];
  readonly cold?: string;
  readonly payout?: string;
  readonly roles?: readonly string[];
  readonly endpoint?: string;
  readonly keys?: string;
  readonly bondWei?: string;
  readonly keystore?: string;
}

const FILE = "join.json";

/** The plan of a folder; null where there is none yet. Errors: CliError. */
export function readPlan(folder: string): JoinPlan | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  const json = readJson(path) as JoinPlan | null;
  if (json?.join !== "deed.join.1") {
    throw cliError("CLI_FILE_MALFORMED", `${path} is no plan of this version`, "Use a new folder.");
  }
  return { ...json, deployment: parseDeployment(json.deployment) };
}

/** Writes the plan of a new folder. Errors: CLI_USAGE with what is missing. */
export function makePlan(folder: string, options: JoinOptions, place: Place): JoinPlan {
  const cold = coldOf(options);
  const { payout, metadataUri = "", keys, bondWei } = options;
  const plan: JoinPlan = {
    join: "deed.join.1",
    deployment: place.deployment,
    rpcUrl: place.rpcUrl ?? missing("rpc"),
    cold,
    payout: payout === undefined ? cold : parseAddress(payout, "--payout"),
    name: needed("name", options.name),
    region: needed("region", options.region),
    provider: needed("provider", options.provider),
    metadataUri,
    vetting: vettingOf(options.vetting ?? []),
    roles: rolesOf(options.roles ?? ["executor", "verifier"]),
    endpoint: endpointOf(needed("endpoint", options.endpoint)),
    keysFile: keys === undefined ? null : resolve(keys),
    bondWei: bondWei === undefined ? null : weiOf(bondWei),
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(join(folder, FILE), `${JSON.stringify(plan, null, 2)}\n`);
  return plan;
}

/** A file that is there is there as a whole, whenever the process is killed. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}

function coldOf({ cold, keystore }: JoinOptions): Hex {
  if (cold !== undefined) return parseAddress(cold, "--cold");
  const found = keystore === undefined ? null : keystoreAddress(keystore);
  return found ?? missing("cold");
}

function needed(name: string, text: string | undefined): string {
  return text !== undefined && text !== "" ? text : missing(name);
}

function missing(name: string): never {
  const message = `--${name} is missing: a new folder needs it`;
  const remedy =
    "The first run takes --name, --region, --provider, --endpoint, --vetting and the cold key's --keystore or --cold ADDRESS.";
  throw cliError("CLI_USAGE", message, remedy);
}

function vettingOf(files: readonly string[]): readonly VettingInput[] {
  if (files.length === 0) missing("vetting");
  return files.map((file) => ({ name: basename(file), keccak256: keccak256(readBytes(file)) }));
}

function rolesOf(names: readonly string[]): readonly JoinRole[] {
  const isRole = (name: string): name is JoinRole => name === "executor" || name === "verifier";
  if (names.length > 0 && names.every(isRole)) return names;
  throw cliError("CLI_USAGE", `--roles: ${names.join(" ")}`, "executor, verifier, or both.");
}

function endpointOf(url: string): string {
  if (URL.canParse(url) && new URL(url).protocol === "https:") return url;
  const remedy = "Where other nodes reach yours, for example https://node.example.org:9001.";
  throw cliError("CLI_USAGE", `--endpoint: '${url}' is no https address`, remedy);
}

function weiOf(text: string): string {
  if (/^[0-9]{1,38}$/.test(text)) return text;
  throw cliError("CLI_USAGE", `--bond-wei: '${text}' is no amount`, "A whole number of wei.");
}
