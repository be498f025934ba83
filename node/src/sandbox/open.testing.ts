import { dirname, join } from "node:path";
import { openBubblewrapSandbox } from "./bubblewrap/bubblewrap-sandbox.ts";
import { CHILD_SANDBOX_DEFAULTS, type ChildSandboxOptions } from "./child-sandbox.ts";
import { openProcessSandbox } from "./process-sandbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { openZygoteSandbox, ZYGOTE_SANDBOX_DEFAULTS } from "./zygote/open-zygote.ts";

/** One of the adapters by its name, around a child of one file. */
export function openTestSandbox(
  adapter: string,
  bundlePath: string,
  changes: Partial<ChildSandboxOptions> & { readonly recordsIn?: string } = {},
): Promise<Sandbox> {
  const options = {
    ...CHILD_SANDBOX_DEFAULTS,
    ...{ bundlePath, outputBytes: 4 << 20, frameBytes: 1 << 20 },
    ...changes,
  };
  switch (adapter) {
    case "process":
      return openProcessSandbox(options);
    case "bubblewrap":
      return openBubblewrapSandbox({ ...options, path: process.env["PATH"] ?? "" });
    case "zygote":
      return openZygoteSandbox({
        ...ZYGOTE_SANDBOX_DEFAULTS,
        ...options,
        addonPath: join(dirname(bundlePath), "zygote.node"),
      });
    default:
      throw new TypeError(`no adapter ${adapter}`);
  }
}
