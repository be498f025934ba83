// Writes numbered rows as fast as it can, several per turn, and says on stdout which ones were acknowledged.
import { writeSync } from "node:fs";
import { openTestStore } from "./store.testing.ts";

/** A line of standard output: `ready`, then the key of each row that the store has acknowledged. */
export type KillLine = "ready" | `${number}`;

const store = openTestStore(process.argv[2] ?? "");
let next = store.read.meta.count();
say("ready");
for (;;) {
  const turn = Array.from({ length: 8 }, () => {
    const key = `${next++}` as const;
    return store
      .write((tables) => tables.meta.put({ key, value: "x".repeat(200) }))
      .then(() => say(key));
  });
  await Promise.all(turn);
}

function say(line: KillLine): void {
  writeSync(1, `${line}\n`);
}
