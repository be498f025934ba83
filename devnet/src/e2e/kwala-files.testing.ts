import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { KwalaResult, KwalaRow } from "../kwala/report.ts";

export type KwalaTable = KwalaResult & { readonly rows: readonly KwalaRow[] };

/** Runs the built command, as a user does. */
export async function runKwalaFiles(...args: string[]): Promise<{
  readonly exitCode: number | null;
  readonly table: KwalaTable;
  readonly said: string;
}> {
  const main = fileURLToPath(new URL("../../dist/kwala/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "--json", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts = { out: "", said: "" };
  child.stdout.on("data", (text) => {
    parts.out += String(text);
  });
  child.stderr.on("data", (text) => {
    parts.said += String(text);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const last = parts.out.trim().split("\n").at(-1) ?? "";
  if (last === "") throw new Error(`no table: ${parts.said.slice(-2_000)}`);
  return { exitCode, table: JSON.parse(last) as KwalaTable, said: parts.said };
}
