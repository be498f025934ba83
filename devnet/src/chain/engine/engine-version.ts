import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { locateAnvil } from "./anvil-binary.ts";

const LIMIT_MS = 10_000;

/** What the engine says of itself when it is started. Errors: ChainError, or that it does not run here. */
export async function engineVersion(): Promise<string> {
  const { program, version } = locateAnvil();
  const { stdout } = await promisify(execFile)(program, ["--version"], { timeout: LIMIT_MS });
  return `anvil ${version} (${stdout.trim().split("\n")[0]})`;
}
