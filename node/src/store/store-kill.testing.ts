// Writes numbered rows as fast as it can, several per turn, and says on stdout which ones were acknowledged.
import { writeSync } from "node:fs";
import { openTestStore } from "./store.testing.ts";

const store = openTestStore(process.argv[2] ?? "");
let next = store.read.meta.count();
writeSync(1, "ready\n");
for (;;) {
  const turn = Array.from({ length: 8 }, () => {
    const key = String(next++);
    return store
      .write((tables) => tables.meta.put({ key, value: "x".repeat(200) }))
      .then(() => writeSync(1, `${key}\n`));
  });
  await Promise.all(turn);
}
