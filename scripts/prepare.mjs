// Runs after `npm ci`: contracts, then TypeScript. An image that has copied only the package files
// so far (to cache the install) has nothing to build yet.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (existsSync(join(root, "tsconfig.json")) && existsSync(join(root, "contracts/foundry.toml"))) {
  const { status } = spawnSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else {
  console.log("prepare: no sources here, nothing built");
}
