import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type ArtifactFailure =
  | { readonly code: "ARTIFACT_MISSING"; readonly contract: string; readonly path: string }
  | { readonly code: "ARTIFACT_WITHOUT_BYTECODE"; readonly contract: string };

/** Says which compiled contract could not be had; `ARTIFACT_MISSING` means that nobody ran the build. */
export class ArtifactError extends Error {
  readonly failure: ArtifactFailure;

  constructor(failure: ArtifactFailure, options?: ErrorOptions) {
    super(`${failure.code}: ${failure.contract}`, options);
    this.name = "ArtifactError";
    this.failure = failure;
  }
}

/** A library's name, as `<source file>:<library>`, and the byte offsets where its address belongs. */
export type LinkReferences = Readonly<
  Record<string, Readonly<Record<string, readonly { start: number; length: number }[]>>>
>;

export type Artifact = {
  readonly abi: readonly unknown[];
  readonly bytecode: `0x${string}`;
  readonly deployedBytecode: `0x${string}`;
  readonly linkReferences: LinkReferences;
};

type ForgeCode = { readonly object: `0x${string}`; readonly linkReferences?: LinkReferences };
type ForgeArtifact = {
  readonly abi: readonly unknown[];
  readonly bytecode: ForgeCode;
  readonly deployedBytecode: ForgeCode;
};

/**
 * Reads a contract's bytecode from forge's output, which lies in the package and not in git.
 * `source` is the Solidity file's name where it differs from the contract's.
 */
export function readArtifact(contract: string, source: string = contract): Artifact {
  const path = join(packageRoot(), "out", `${source}.sol`, `${contract}.json`);
  const forge = parse(contract, path);
  if (forge.bytecode.object.length <= 2) {
    throw new ArtifactError({ code: "ARTIFACT_WITHOUT_BYTECODE", contract });
  }
  return {
    abi: forge.abi,
    bytecode: forge.bytecode.object,
    deployedBytecode: forge.deployedBytecode.object,
    linkReferences: forge.bytecode.linkReferences ?? {},
  };
}

function parse(contract: string, path: string): ForgeArtifact {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ForgeArtifact;
  } catch (cause) {
    throw new ArtifactError({ code: "ARTIFACT_MISSING", contract, path }, { cause });
  }
}

// The package finds itself by name: this file runs both as a source and from dist/.
function packageRoot(): string {
  return dirname(createRequire(import.meta.url).resolve("@deed/contracts/package.json"));
}
