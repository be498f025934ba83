import type { HttpStep, TemplatedJson } from "../plan/plan.ts";
import { readTemplate } from "./computed.ts";
import type { Dependency, Names } from "./names.ts";
import type { Report } from "./report.ts";
import type { ScalarTree, Tree } from "./tree.ts";

export interface Body {
  readonly body: HttpStep["body"];
  readonly dependencies: readonly Dependency[];
}

/** Text stays text; everything else is JSON whose strings are templates. */
export function readBody(tree: Tree, names: Names, report: Report): Body {
  const dependencies: Dependency[] = [];
  const value = readTemplatedJson(tree, names, dependencies, report);
  const body =
    typeof value === "string"
      ? ({ type: "text", value } as const)
      : ({ type: "json", value } as const);
  return { body, dependencies };
}

/** JSON whose strings are templates; what they read is added to `dependencies`. */
export function readTemplatedJson(
  tree: Tree,
  names: Names,
  dependencies: Dependency[],
  report: Report,
): TemplatedJson {
  switch (tree.kind) {
    case "scalar":
      return readScalar(tree, names, dependencies, report);
    case "list":
      return tree.items.map((item) => readTemplatedJson(item, names, dependencies, report));
    case "map":
      return Object.fromEntries(
        tree.entries.map(({ key, value }) => [
          key,
          readTemplatedJson(value, names, dependencies, report),
        ]),
      );
  }
}

function readScalar(
  tree: ScalarTree,
  names: Names,
  dependencies: Dependency[],
  report: Report,
): TemplatedJson {
  const { value } = tree;
  switch (typeof value) {
    case "string": {
      const template = readTemplate({ ...tree, value }, "json", names, report);
      dependencies.push(...(template?.dependencies ?? []));
      return value;
    }
    case "number":
      report.add("DEED_FLOAT", tree.span, "fractions are not allowed here: write it as a string", {
        hint: `"${tree.raw}": programs print fractions differently`,
      });
      return 0;
    case "bigint":
      if (Number.isSafeInteger(Number(value))) return Number(value);
      report.add(
        "DEED_AMOUNT_NOT_STRING",
        tree.span,
        "this number is too large: write it as a string",
        {
          hint: `"${tree.raw}": many programs round numbers beyond 2^53`,
        },
      );
      return 0;
    default:
      return value;
  }
}
