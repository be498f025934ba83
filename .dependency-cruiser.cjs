// The layout of the project as rules: who may import whom. `npm run arch` runs them.
const packages = ["contracts", "protocol", "sdk", "native", "node", "cli", "devnet", "bench"];

// What each package may import besides itself. A package that stands here may not be bypassed.
const mayImport = {
  contracts: [],
  protocol: [],
  sdk: ["contracts", "protocol"],
  native: [],
  node: ["protocol", "sdk", "native"],
  cli: ["protocol", "sdk", "native", "node"],
  devnet: ["contracts", "protocol", "sdk", "native", "node", "cli"],
};

// The same inside the protocol, from the bottom up.
const protocolLayers = {
  encoding: [],
  plan: ["encoding"],
  intent: ["plan", "encoding"],
  transcript: ["plan", "encoding"],
  runtime: ["transcript", "plan", "encoding"],
  bundle: ["runtime", "transcript", "plan", "encoding"],
  verify: ["bundle", "runtime", "intent", "transcript", "plan", "encoding"],
};

const tests = "\\.(test|testing)\\.ts$";
const anyOf = (names) => `^(${names.join("|")})/`;
const others = (allowed, all) => all.filter((name) => !allowed.includes(name));

const packageRules = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-imports-only-what-lies-below`,
  severity: "error",
  from: { path: `^${name}/` },
  to: { path: anyOf(others([name, ...allowed], packages)) },
}));

const protocolRules = Object.entries(protocolLayers).map(([name, allowed]) => ({
  name: `protocol-${name}-imports-only-what-lies-below`,
  severity: "error",
  from: { path: `^protocol/src/${name}/`, pathNot: tests },
  to: {
    path: `^protocol/src/(${[...others([name, ...allowed], Object.keys(protocolLayers)), "index\\.ts$"].join("|")})`,
  },
}));

module.exports = {
  forbidden: [
    ...packageRules,
    ...protocolRules,
    {
      name: "nothing-imports-bench",
      severity: "error",
      from: { pathNot: "^bench/" },
      to: { path: "^bench/" },
    },
    {
      name: "protocol-is-pure",
      comment: "It runs in browsers and inside containers: no Node builtins.",
      severity: "error",
      from: { path: "^protocol/src/", pathNot: tests },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "protocol-has-few-dependencies",
      comment: "Anything more needs a decision under docs/decisions.",
      severity: "error",
      from: { path: "^protocol/src/", pathNot: tests },
      to: {
        path: "node_modules/",
        pathNot: "node_modules/(@noble/hashes|@noble/curves|yaml|@marcbachmann/cel-js|hash-wasm)/",
      },
    },
    {
      name: "sdk-runs-in-browsers",
      severity: "error",
      from: { path: "^sdk/src/", pathNot: tests },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "only-devnet-and-bench-read-artifacts",
      comment: "The artifact loader reads files; applications need ABIs only.",
      severity: "error",
      from: { path: "^(protocol|sdk|node)/", pathNot: tests },
      to: { path: "^contracts/artifact\\.ts$" },
    },
    {
      name: "only-bench-reads-the-parts-of-a-node",
      severity: "error",
      from: { path: "^(contracts|protocol|sdk|node|cli|devnet)/" },
      to: { path: "^node/src/parts/" },
    },
    {
      name: "roles-meet-in-the-store",
      severity: "error",
      from: { path: "^node/src/roles/([^/]+)", pathNot: tests },
      to: { path: "^node/src/roles/", pathNot: "^node/src/roles/($1/|[^/]+\\.ts$)" },
    },
    {
      name: "telemetry-imports-nothing-of-the-node",
      severity: "error",
      from: { path: "^node/src/telemetry/" },
      to: { path: "^node/src/", pathNot: "^node/src/telemetry/" },
    },
    {
      name: "store-imports-telemetry-only",
      severity: "error",
      from: { path: "^node/src/store/", pathNot: tests },
      to: { path: "^node/src/", pathNot: "^node/src/(store|telemetry)/" },
    },
    {
      name: "ports-know-no-roles",
      severity: "error",
      from: { path: "^node/src/(telemetry|signer|store|outbox|sandbox|peers|api)/" },
      to: { path: "^node/src/roles/" },
    },
    {
      name: "one-composition-root",
      comment: "start.ts wires the node; nothing that it wires may import it.",
      severity: "error",
      from: { path: "^node/src/.+/" },
      to: { path: "^node/src/(start|index)\\.ts$" },
    },
    {
      name: "no-deep-imports",
      comment: "Across packages only through the names that the package exports.",
      severity: "error",
      from: { path: "^([^/]+)/" },
      to: {
        path: anyOf(packages),
        pathNot: [
          "^$1/",
          "^[^/]+/(src|abi)/index\\.ts$",
          "^(protocol|sdk)/src/[^/]+/index\\.ts$",
          "^contracts/artifact\\.ts$",
          "^node/src/(audit|parts|parts/inside|store|bundle|rebuild)/index\\.ts$",
        ],
      },
    },
    {
      name: "no-tests-in-sources",
      severity: "error",
      from: { pathNot: tests },
      to: { path: tests },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "declared",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|out|cache|\\.deed)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.tests.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "types", "import", "node", "default", "require"],
      extensions: [".ts", ".mjs", ".js", ".cjs", ".json"],
    },
  },
};
