import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { CliError } from "../cli-error.ts";
import { programOf } from "../package-main.ts";
import { type Finding, finding } from "./finding.ts";

const LIMIT_MS = 20_000;

/** Native parts that a node loads; both come as files inside npm packages. */
export async function checkNative(): Promise<Finding> {
  const ofNode = createRequire(createRequire(import.meta.url).resolve("@deed/node/package.json"));
  const missing: string[] = [];
  for (const name of ["libsql", "secp256k1"]) {
    try {
      ofNode(name);
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message.split("\n")[0] : ""}`);
    }
  }
  if (missing.length === 0) return finding("native", "ok", "libsql and secp256k1 load");
  const remedy = "Install again on this machine; optional packages must not be left out.";
  return finding("native", "fail", missing.join("; "), remedy);
}

/** The embedded network's chain: only `deed dev` needs it. */
export async function checkEngine(): Promise<Finding> {
  try {
    const program = programOf("@deed/devnet", "");
    const { stdout } = await promisify(execFile)(process.execPath, [...program, "--engine"], {
      timeout: LIMIT_MS,
    });
    return finding("chain engine", "ok", stdout.trim());
  } catch (error) {
    if (error instanceof CliError) {
      return finding(
        "chain engine",
        "skipped",
        "@deed/devnet is not installed; only `deed dev` needs it",
      );
    }
    const { stderr } = error as { readonly stderr?: string };
    const detail = (stderr ?? String(error)).trim();
    return finding("chain engine", "fail", detail, "Install again, with optional packages.");
  }
}
