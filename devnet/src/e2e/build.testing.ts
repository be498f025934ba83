import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The nodes of end-to-end tests run from the build, as users' do: it must be that of these sources. */
export function setup(): void {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const run = (...args: string[]): void => {
    execFileSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  };
  run(tsc, "-b");
  run("scripts/bundle.mjs");
}
