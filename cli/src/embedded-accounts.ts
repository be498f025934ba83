import { join } from "node:path";
import { type Hex, hexToBytes, isHex } from "@deed/protocol/encoding";
import { cliError } from "./cli-error.ts";
import { readJson } from "./files.ts";
import { embeddedFolder } from "./place.ts";

const GROUPS = ["council", "guardians", "cold"] as const;

/** What is named on the command line: `council-1`, `guardians-2`, `cold-7`, `owner`. */
export const EMBEDDED_ACCOUNTS = "owner, council-1, guardians-1, cold-1, and so on";

/** A key of an embedded network's people; such keys guard nothing of worth. Errors: CliError. */
export function embeddedSecret(name: string, directory: string | undefined): Uint8Array {
  const path = join(embeddedFolder(directory), "accounts.json");
  const accounts = readJson(path) as Readonly<Record<string, unknown>>;
  const [group = "", number = ""] = name.split("-");
  const list = GROUPS.some((known) => known === group) ? (accounts[group] as readonly Hex[]) : [];
  const found = name === "owner" ? accounts["owner"] : list[Number(number) - 1];
  if (isHex(found, 32)) return hexToBytes(found);
  const remedy = `There are ${EMBEDDED_ACCOUNTS}.`;
  throw cliError("CLI_UNKNOWN_NAME", `the embedded network has no account '${name}'`, remedy);
}
