import type { Json } from "@deed/protocol/encoding";

/** Keys and indexes from the root. */
export type Path = readonly (string | number)[];

type Fields = { readonly [name: string]: Json };

const HASH = /^0x[0-9a-f]{64}$/;

/** Every value of a tree by the name of its field: `receipts[].proof[]`; the root is none. */
export function placesOf(tree: Json): ReadonlyMap<string, readonly Path[]> {
  const places = new Map<string, Path[]>();
  const visit = (value: Json, name: string, path: Path): void => {
    if (path.length > 0) {
      const others = places.get(name);
      if (others === undefined) places.set(name, [path]);
      else others.push(path);
    }
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, `${name}[]`, [...path, index]);
    } else if (isFields(value)) {
      for (const [key, item] of Object.entries(value)) {
        visit(item, HASH.test(key) ? `${name}{}` : joined(name, key), [...path, key]);
      }
    }
  };
  visit(tree, "", []);
  return places;
}

export function valueAt(tree: Json, path: Path): Json {
  return path.reduce<Json>((value, key) => (value as Fields)[key as string] as Json, tree);
}

/** The tree with another value at a place; undefined takes it away, from a list too. */
export function withValue(tree: Json, path: Path, value: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value as Json;
  if (Array.isArray(tree)) {
    const items = [...(tree as readonly Json[])];
    if (rest.length > 0) items[key as number] = withValue(items[key as number]!, rest, value);
    else if (value === undefined) items.splice(key as number, 1);
    else items[key as number] = value;
    return items;
  }
  const entries = Object.entries(tree as Fields).flatMap(([name, own]) => {
    if (name !== key) return [[name, own] as const];
    const inner = rest.length > 0 ? withValue(own, rest, value) : value;
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return Object.fromEntries(entries);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joined(name: string, key: string): string {
  return name === "" ? key : `${name}.${key}`;
}
