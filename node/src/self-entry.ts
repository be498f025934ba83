import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

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
