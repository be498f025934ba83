import { openSync } from "node:fs";

/** What a self-test asks a run for: it must not come back from it. */
export function probe(): void {
  openSync("/", "r");
}
