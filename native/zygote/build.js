// Compiles the addon with the system's C compiler ($CC, else cc): nothing is fetched, Node-API's
// headers come as a package. --prebuild writes where a release looks; with --arch arm64 and a cross
// compiler as $CC it does so for another machine.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { platformName } from "./index.js";

const here = dirname(fileURLToPath(import.meta.url));

// As binding.gyp says it.
const flags = [
  "-std=c11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-fPIC",
  "-fvisibility=hidden",
  "-fstack-protector-strong",
  "-D_FORTIFY_SOURCE=2",
  "-DNAPI_VERSION=8",
];

/** Makes an addon of the C files in `folder`. @throws Error with what the compiler said */
export function compile(folder, output) {
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(folder, name));
  const { include_dir: headers } = createRequire(import.meta.url)("node-api-headers");
  mkdirSync(dirname(output), { recursive: true });
  const compiler = process.env.CC ?? "cc";
  const linking = ["-shared", "-Wl,-z,relro,-z,now", "-Wl,-e,wait_alone"];
  const args = [...flags, `-I${headers}`, ...linking, "-o", output];
  const { error, status, stderr } = spawnSync(compiler, [...args, ...sources], {
    encoding: "utf8",
  });
  if (error !== undefined) throw new Error(`no C compiler: ${error.message}`);
  if (status !== 0) throw new Error(`${compiler} failed:\n${stderr}`);
  return stderr;
}

function main() {
  const { values } = parseArgs({
    options: { prebuild: { type: "boolean" }, arch: { type: "string" } },
  });
  const platform =
    values.arch === undefined ? platformName() : platformName().replace(process.arch, values.arch);
  const folder = values.prebuild ? `prebuilds/${platform}` : "build/Release";
  const output = join(here, folder, "zygote.node");
  process.stderr.write(compile(join(here, "src"), output));
  process.stderr.write(`built ${output}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (process.platform !== "linux") throw new Error("the fork server is for Linux");
    main();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
