import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NetworkError } from "../network/network-error.ts";
import type { SampleContracts } from "./sample-contracts.ts";

/** What a second start must know to sign the same samples again. */
export interface SampleState {
  readonly samples: "deed.samples.1";
  readonly contracts: SampleContracts;
  /** It stands in the signed workflows, so it must be the same again. */
  readonly echoPort: number;
  readonly expires: string;
}

const NAME = "samples.json";

/** @returns null in a directory without samples. */
export function readSampleState(directory: string): SampleState | null {
  const path = join(directory, NAME);
  if (!existsSync(path)) return null;
  try {
    const state = JSON.parse(readFileSync(path, "utf8")) as SampleState;
    if (state.samples !== "deed.samples.1") throw new TypeError("another version");
    return state;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError({ code: "NETWORK_FILE_MALFORMED", path, reason }, { cause });
  }
}

export function writeSampleState(directory: string, state: SampleState): void {
  const path = join(directory, NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
