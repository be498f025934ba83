import { Document } from "yaml";
import type { Json } from "../encoding/json.ts";
import type { Tree } from "./tree.ts";

/** A workflow's tree as YAML of the native dialect. */
export function nativeYaml(tree: Tree): string {
  const document = new Document(plain(tree), { version: "1.2", schema: "core" });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

// Numbers of workflows are small: the compiler refuses bare ones that a reader could round.
function plain(tree: Tree): Json {
  switch (tree.kind) {
    case "list":
      return tree.items.map(plain);
    case "map":
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
    case "scalar":
      return typeof tree.value === "bigint" ? Number(tree.value) : tree.value;
  }
}
