// Writes abi/<Name>.ts for every deployable contract under src/, from forge's output.
// --check writes nothing and fails when the committed files differ.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "out");
const abi = join(root, "abi");
const header = "// Generated from the compiled contracts by `npm run build`; do not edit.\n";

const expected = render(deployable());
const differences = compare(expected);
if (process.argv.includes("--check")) {
  for (const line of differences) console.error(`contracts/abi/${line}`);
  if (differences.length > 0) {
    console.error("The committed ABIs are not those of the contracts: run `npm run build`.");
    process.exitCode = 1;
  } else {
    console.log(`${expected.size - 1} ABIs agree with the contracts`);
  }
} else if (differences.length > 0) {
  mkdirSync(abi, { recursive: true });
  for (const file of strays(expected)) rmSync(join(abi, file));
  for (const [file, text] of expected) writeFileSync(join(abi, file), text);
  console.log(`wrote contracts/abi: ${differences.join(", ")}`);
}

/** The contracts of src/ that have code of their own: no interfaces, no abstract contracts. */
function deployable() {
  const found = new Map();
  const artifacts = artifactPaths().map((path) => JSON.parse(readFileSync(path, "utf8")));
  const linked = new Set(
    artifacts.flatMap(({ bytecode }) =>
      Object.entries(bytecode?.linkReferences ?? {}).flatMap(([source, names]) =>
        Object.keys(names).map((name) => `${source}:${name}`),
      ),
    ),
  );
  for (const artifact of artifacts) {
    const target = Object.entries(artifact.metadata?.settings?.compilationTarget ?? {})[0];
    if (target === undefined) continue;
    const [source, name] = target;
    // An artifact may outlive its source.
    if (!source.startsWith("src/") || !existsSync(join(root, source))) continue;
    if (artifact.bytecode.object.length <= 2) continue;
    // A linked library works for its contract and has no functions for anybody else.
    if (linked.has(`${source}:${name}`)) continue;
    if (!artifact.abi.some((entry) => entry.type === "function")) continue;
    const twin = found.get(name);
    if (twin !== undefined)
      throw new Error(`two contracts are called ${name}: ${twin.source}, ${source}`);
    found.set(name, { source, abi: artifact.abi });
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function artifactPaths() {
  if (!existsSync(out)) return [];
  return readdirSync(out, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith(".sol"))
    .flatMap((entry) =>
      readdirSync(join(out, entry.name)).map((file) => join(out, entry.name, file)),
    )
    .filter((path) => path.endsWith(".json"));
}

function render(contracts) {
  const files = new Map();
  for (const [name, contract] of contracts) {
    const literal = JSON.stringify(contract.abi, undefined, 2);
    files.set(`${name}.ts`, `${header}\nexport const ${variable(name)} = ${literal} as const;\n`);
  }
  const lines = [...contracts.keys()].map(
    (name) => `export { ${variable(name)} } from "./${name}.ts";`,
  );
  files.set("index.ts", `${header}\n${lines.length > 0 ? lines.join("\n") : "export {};"}\n`);
  return files;
}

function compare(files) {
  const changed = [...files]
    .filter(
      ([file, text]) =>
        !existsSync(join(abi, file)) || readFileSync(join(abi, file), "utf8") !== text,
    )
    .map(([file]) => file);
  return [...changed, ...strays(files)];
}

function strays(files) {
  return existsSync(abi) ? readdirSync(abi).filter((file) => !files.has(file)) : [];
}

function variable(name) {
  return `${name[0].toLowerCase()}${name.slice(1)}Abi`;
}
