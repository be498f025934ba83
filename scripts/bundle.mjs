// Joins entry points and what they load into few files: Node reads one file faster than a thousand.
// The separate files stay where they are; other processes and `import.meta.url` name them.
import { readFile, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// They find files of their own, or load native code.
const external = ["libsql", "pino", "secp256k1", "@deed/zygote"];

// What a module finds beside itself it must find beside its separate file.
const keepPlaces = (to) => ({
  name: "keep-places",
  setup: ({ onLoad }) =>
    onLoad(
      { filter: /[\\/](contracts|protocol|sdk|node|devnet)[\\/]dist[\\/].*\.js$/ },
      async ({ path }) => {
        const text = await readFile(path, "utf8");
        const place = JSON.stringify(relative(to, path).split(sep).join("/"));
        const contents = text.replaceAll(
          "import.meta.url",
          `new URL(${place}, import.meta.url).href`,
        );
        return { contents, loader: "js" };
      },
    ),
});

async function bundle(dist, entryPoints, wishes = {}) {
  const to = join(root, dist, "bundled");
  await build({
    absWorkingDir: join(root, dist),
    entryPoints,
    outdir: to,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    target: "node20",
    external,
    // Names stay, for people who read stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    plugins: [keepPlaces(to)],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    ...wishes,
  });
}

// Parts of earlier builds have other names and would stay.
for (const dist of ["node/dist", "devnet/dist"]) {
  await rm(join(root, dist, "bundled"), { recursive: true, force: true });
}
await bundle("node/dist", { main: "./main.js" });
await bundle("node/dist", { "script-worker": "./scripts/worker/main.js" });
await bundle("node/dist", { signer: "./signer/main.js" });
// Alone in its file: inside the sandbox there is nothing else to read.
await bundle(
  "node/dist",
  { "sandbox-child": "./sandbox/child/main.js" },
  // CommonJS starts in four fifths of the time; one is started for every execution.
  { splitting: false, format: "cjs", outExtension: { ".js": ".cjs" }, banner: {} },
);
await bundle(
  "node/dist",
  { "sandbox-zygote": "./sandbox/zygote/server/main.js" },
  // The smaller its heap, the cheaper each clone of it.
  { splitting: false, format: "cjs", outExtension: { ".js": ".cjs" }, banner: {} },
);
await bundle("devnet/dist", { start: "./start/main.js" });
await bundle("devnet/dist", { chain: "./chain/main.js" });
