import type { EnterOptions, ZygoteAddon } from "./addon.ts";

/** What the node says to a new server, in its last argument. */
export interface ServerStart {
  readonly addonPath: string;
  readonly enter: EnterOptions;
}

/**
 * Makes a fork server of this process. Everything before the return happens once; what comes after it
 * happens in each run, in a container of its own.
 *
 * @param warmUp What makes V8 ready: runs share its memory until they write.
 */
export function becomeServer(warmUp: () => void): ZygoteAddon {
  const { addonPath, enter } = JSON.parse(process.argv.at(-1) ?? "") as ServerStart;
  const native = { exports: {} as ZygoteAddon };
  process.dlopen(native, addonPath);
  const addon = native.exports;
  warmUp();
  const { gc } = globalThis;
  if (gc === undefined) throw new TypeError("started without --expose-gc");
  // The smaller the heap, the cheaper each start: a page that nobody holds is never copied.
  gc();
  gc();
  addon.enter(enter);
  gc();
  addon.serve();
  return addon;
}
