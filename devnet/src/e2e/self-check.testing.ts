import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readScriptModule } from "@deed/node";
import type { AuditReport } from "@deed/protocol/verify";
import { build, type Platform } from "esbuild";

/** What both engines are given. */
export interface Subject {
  readonly run: string;
  readonly tamperedRun: string;
  readonly blockHash: string;
}

/** As `protocol` computes it; its tests' own code is none of its exports. */
export interface SelfCheckResult {
  readonly same: readonly string[];
  readonly different: readonly string[];
  readonly audit: AuditReport;
  readonly tamperedAudit: AuditReport;
}

type SelfCheck = (
  subject: Subject & { readonly scriptModule: string },
  load: (path: string) => Promise<string>,
) => Promise<SelfCheckResult>;

const protocol = fileURLToPath(new URL("../../../protocol/", import.meta.url));
const vectors = join(protocol, "vectors");
const scriptModule = `0x${Buffer.from(readScriptModule()).toString("hex")}`;
const ENTRY = "./src/vectors/self-check.testing.ts";

/** The check in this process. @param folder for the joined code. */
export async function checkHere(subject: Subject, folder: string): Promise<SelfCheckResult> {
  const code = await joined(`export { selfCheck } from "${ENTRY}";`, "node");
  const path = join(folder, "self-check.mjs");
  writeFileSync(path, code);
  const { selfCheck } = (await import(pathToFileURL(path).href)) as {
    readonly selfCheck: SelfCheck;
  };
  const load = async (name: string): Promise<string> => readFileSync(join(vectors, name), "utf8");
  const result = await selfCheck({ ...subject, scriptModule }, load);
  // As it looks when it comes from elsewhere.
  return JSON.parse(JSON.stringify(result)) as SelfCheckResult;
}

/** A page that makes the same check and posts its result. */
export async function pageFiles(subject: Subject): Promise<{ readonly [path: string]: string }> {
  const code = await joined(
    `import { selfCheck } from "${ENTRY}";
     const text = async (path) => (await fetch(path)).text();
     const subject = JSON.parse(await text("/subject"));
     const said = await selfCheck(subject, (name) => text("/vectors/" + name)).catch((error) => ({ error: String(error) }));
     await fetch("/result", { method: "POST", body: JSON.stringify(said) });`,
    "browser",
  );
  const files = readdirSync(vectors, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".json"),
  );
  return {
    "/": '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
    "/page.js": code,
    "/subject": JSON.stringify({ ...subject, scriptModule }),
    ...Object.fromEntries(
      files.map((name) => [
        `/vectors/${relative(vectors, join(vectors, name))}`,
        readFileSync(join(vectors, name), "utf8"),
      ]),
    ),
  };
}

async function joined(contents: string, platform: Platform): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: protocol, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform,
    conditions: ["source"],
    target: "es2022",
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
