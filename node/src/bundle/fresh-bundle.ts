import { statSync } from "node:fs";
import { join } from "node:path";

/** Packages whose code a bundle holds. */
const PACKAGES = ["contracts", "protocol", "sdk", "node", "devnet"];

/**
 * Path of an entry point joined into one file, which starts in a fraction of the time.
 * @param dist The build folder of the package.
 * @returns null when there is none, or when some package was built again since.
 */
export function freshBundle(dist: string, name: string): string | null {
  const path = join(dist, "bundled", name);
  const bundledMs = modifiedMs(path);
  if (bundledMs === null) return null;
  const isStale = PACKAGES.some((folder) => {
    const built = modifiedMs(join(dist, "..", "..", folder, "dist", ".tsbuildinfo"));
    return built !== null && built > bundledMs;
  });
  return isStale ? null : path;
}

function modifiedMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
