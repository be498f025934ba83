// Checks the imports against the layout in .dependency-cruiser.cjs. Fails, too, when it read no
// modules: a checker that sees nothing finds nothing wrong.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { forbidden, options } = createRequire(import.meta.url)(
  join(root, ".dependency-cruiser.cjs"),
);
const packages = ["contracts", "protocol", "sdk", "node", "cli", "devnet", "bench"];
process.chdir(root);

const roots = packages.flatMap((name) =>
  [`${name}/src`, `${name}/abi`, `${name}/artifact.ts`].filter((path) => existsSync(path)),
);
const { output } = await cruise(
  roots,
  { ...options, ruleSet: { forbidden }, validate: true },
  undefined,
  { tsConfig: extractTSConfig(join(root, "tsconfig.tests.json")) },
);

const own = output.modules.filter(({ source }) => packages.includes(source.split("/")[0]));
const unread = packages.filter((name) => !own.some(({ source }) => source.startsWith(`${name}/`)));
for (const { from, to, rule, cycle } of output.summary.violations) {
  const path = cycle ? cycle.map((step) => step.name ?? step).join(" → ") : to;
  console.error(`${rule.name}: ${from} → ${path}`);
}
for (const name of unread) console.error(`no module of ${name}/ was read`);

const edges = own.reduce((sum, { dependencies }) => sum + dependencies.length, 0);
console.log(
  `${own.length} modules, ${edges} imports, ${output.summary.violations.length} violations`,
);
if (own.length === 0 || unread.length > 0 || output.summary.violations.length > 0) {
  process.exitCode = 1;
}
