import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// docs/decisions/dependencies.md has a row for each runtime dependency, with the workspaces that use it.

const root = join(import.meta.dirname, "..");
const ROW = /^\| (`[^|]+) \| ([^|]+) \|/gm;

interface Manifest {
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test("docs/decisions/dependencies.md names the runtime dependencies of each workspace", () => {
  expect(usersInPage()).toEqual(usersInManifests());
});

test("runtime dependencies have exact versions", () => {
  const loose = workspaces().flatMap((name) =>
    Object.entries(dependenciesOf(name)).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
  );
  expect(loose).toEqual([]);
});

/** `package` → the workspaces that use it, sorted. */
type Users = Readonly<Record<string, readonly string[]>>;

function usersInPage(): Users {
  const page = readFileSync(join(root, "docs/decisions/dependencies.md"), "utf8");
  const rows = [...page.matchAll(ROW)].flatMap(([, packages = "", users = ""]) =>
    [...packages.matchAll(/`([^`]+)`/g)].map(
      ([, name = ""]) => [name, users.split(",").map((user) => user.trim())] as const,
    ),
  );
  return sorted(rows);
}

function usersInManifests(): Users {
  const users = new Map<string, string[]>();
  for (const workspace of workspaces()) {
    for (const name of Object.keys(dependenciesOf(workspace))) {
      if (name.startsWith("@deed/")) continue;
      users.set(name, [...(users.get(name) ?? []), workspace]);
    }
  }
  return sorted([...users]);
}

function sorted(rows: readonly (readonly [string, readonly string[]])[]): Users {
  const byName = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(byName.map(([name, users]) => [name, [...users].sort()]));
}

function workspaces(): readonly string[] {
  return manifest("").workspaces ?? [];
}

function dependenciesOf(workspace: string): Readonly<Record<string, string>> {
  const { dependencies, optionalDependencies } = manifest(workspace);
  return { ...dependencies, ...optionalDependencies };
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}
