import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ChainError, hasCode } from "../error.ts";

const platforms: Readonly<Record<string, string>> = {
  "linux-x64": "linux-amd64",
  "linux-arm64": "linux-arm64",
  "darwin-x64": "darwin-amd64",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-amd64",
};

/** Resolves a module name to a file, as `require.resolve`; throws MODULE_NOT_FOUND. */
export type Resolve = (name: string) => string;

/** The program and its version. */
export interface AnvilBinary {
  readonly program: string;
  readonly version: string;
}

/**
 * The anvil program inside the optional package of this platform. The packages' own start script
 * is not used: it would put a Node process between us and anvil.
 */
export function locateAnvil(
  platform: string = `${process.platform}-${process.arch}`,
  resolve: Resolve = resolveBesideAnvil,
): AnvilBinary {
  const name = platforms[platform];
  if (name === undefined) {
    const packages = Object.keys(platforms).join(", ");
    throw new ChainError({ code: "PLATFORM_UNSUPPORTED", platform, packages });
  }
  const packageName = `@foundry-rs/anvil-${name}`;
  const manifest = locate(packageName, resolve);
  const program = platform.startsWith("win32") ? "anvil.exe" : "anvil";
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
  return { program: join(dirname(manifest), "bin", program), version };
}

function locate(packageName: string, resolve: Resolve): string {
  try {
    return resolve(`${packageName}/package.json`);
  } catch (error) {
    if (!hasCode(error, "MODULE_NOT_FOUND")) throw error;
    throw new ChainError({ code: "ENGINE_MISSING", packageName }, { cause: error });
  }
}

// The platform's package may be nested below the anvil package rather than hoisted beside it.
function resolveBesideAnvil(name: string): string {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve("@foundry-rs/anvil/package.json")).resolve(name);
}
