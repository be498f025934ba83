import type { EnterOptions, ZygoteAddon } from "./addon.ts";

/** What the node says to a new server, in its last argument. */
export interface ServerStart {
  readonly addonPath: string;
  /** What runs scripts; null in a server without WebAssembly. */
  readonly scriptModulePath: string | null;
  readonly enter: EnterOptions;
}

/** As this process was told. */
export function serverStart(): ServerStart {
  return JSON.parse(process.argv.at(-1) ?? "") as ServerStart;
}

/**
 * Makes a fork server of this process. Everything before the return happens once; what comes after it
 * happens in each run, in a container of its own.
 *
 * @param warmUp What makes V8 ready: runs share its memory until they write.
 */
export function becomeServer(warmUp: () => void): ZygoteAddon {
  const { addonPath, enter } = serverStart();
  const native = { exports: {} as ZygoteAddon };
  process.dlopen(native, addonPath);
  const addon = native.exports;
  warmUp();
  addon.enter(enter);
  emptyNursery();
  addon.serve();
  return addon;
}

/**
 * Each run begins at the start of the young generation. The old one stays as it is: a collection of
 * it throws away code that runs would compile again, and leaves pages that they would sweep, each a
 * copy (measured: a quarter more page faults per run).
 */
function emptyNursery(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new TypeError("started without --expose-gc");
  // What survives the second has left it.
  void gc({ type: "minor" });
  void gc({ type: "minor" });
}
