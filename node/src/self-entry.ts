import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { freshBundle } from "./bundle/fresh-bundle.ts";

/** A module of this package as the start of a process of its own. */
export interface SelfEntry {
  readonly path: string;
  /** What Node needs before the path: nothing for built code, a loader for sources. */
  readonly execArgv: readonly string[];
}

/**
 * `selfEntry("./child", import.meta.url)` is `child.ts` when the caller runs from sources and
 * `child.js` when it runs from the build.
 */
export function selfEntry(module: string, callerUrl: string): SelfEntry {
  if (!callerUrl.endsWith(".ts")) {
    return { path: fileURLToPath(new URL(`${module}.js`, callerUrl)), execArgv: [] };
  }
  const loader = pathToFileURL(createRequire(callerUrl).resolve("tsx")).href;
  return {
    path: fileURLToPath(new URL(`${module}.ts`, callerUrl)),
    execArgv: ["--conditions=source", "--import", loader],
  };
}

/** Path of an entry point of this package joined into one file; null from sources, or when it is older than the build. */
export function bundledEntry(name: string): string | null {
  if (import.meta.url.endsWith(".ts")) return null;
  return freshBundle(dirname(fileURLToPath(import.meta.url)), name);
}
