// Runs after `npm ci`: contracts, then TypeScript, then the fork server where there is a C compiler.
// An image that has copied only the package files so far (to cache the install) has nothing to build yet.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (existsSync(join(root, "tsconfig.json")) && existsSync(join(root, "contracts/foundry.toml"))) {
  process.exitCode = run(["run", "build"]) === 0 ? buildForkServer() : 1;
} else {
  console.log("prepare: no sources here, nothing built");
}

/** Optional: a machine without a compiler has the other sandboxes. One that has it must build it. */
function buildForkServer() {
  if (process.platform !== "linux") return 0;
  const compiler = process.env.CC ?? "cc";
  if (spawnSync(compiler, ["--version"], { stdio: "ignore" }).error !== undefined) {
    console.log(
      `prepare: no C compiler (${compiler}), so without the fast sandbox: \`deed doctor\` says what raises the level`,
    );
    return 0;
  }
  return run(["run", "build", "--workspace", "@deed/zygote"]);
}

function run(args) {
  return spawnSync("npm", args, { cwd: root, stdio: "inherit" }).status ?? 1;
}
