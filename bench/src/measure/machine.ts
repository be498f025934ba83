import { availableParallelism, loadavg } from "node:os";

/** Where a figure was measured. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
}

export function machine(): Machine {
  return { cores: availableParallelism(), node: process.versions.node };
}

/** Mean number of busy or waiting processes over the last minute: a loaded machine measures itself. */
export function load(): number {
  return loadavg()[0] ?? 0;
}
