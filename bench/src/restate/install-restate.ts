import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchError } from "../row.ts";

/** Where Restate's programs are. */
export interface InstalledRestate {
  readonly server: string;
  readonly service: string;
  readonly version: string;
}

const folder = fileURLToPath(new URL("../../peers/restate/", import.meta.url));

/** Installs it on first use, from its own lockfile: 220 MB that nobody else needs. Errors: BenchError. */
export async function installRestate(
  signal: AbortSignal,
  say: (message: string) => void,
): Promise<InstalledRestate> {
  if (!existsSync(join(folder, "node_modules"))) {
    say("Installing Restate, once");
    await install(signal);
  }
  const require = createRequire(join(folder, "package.json"));
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { version } = require(manifest) as { readonly version: string };
    const server = join(dirname(manifest), "bin", "restate-server");
    return { server, service: join(folder, "service.mjs"), version };
  } catch (cause) {
    throw new BenchError({ code: "CANNOT_RUN", reason: `Restate has no ${name}` }, { cause });
  }
}

async function install(signal: AbortSignal): Promise<void> {
  // Its dependencies' install scripts only count installations.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  const child = spawn("npm", args, { cwd: folder, stdio: "ignore", signal });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const reason = `Restate could not be installed: npm ci in ${folder} ended with ${code}`;
  throw new BenchError({ code: "CANNOT_RUN", reason });
}
