import { existsSync, writeFileSync } from "node:fs";
import { type Grab, Nothing } from "./order.ts";

// Attacks on the run that comes next in the same place, and what such a run would find.

interface Poisoned {
  deedHostile?: string;
}

const global = globalThis as Poisoned;

function attemptAll(attempts: readonly (() => unknown)[]): number {
  let worked = 0;
  for (const each of attempts) {
    try {
      each();
      worked += 1;
    } catch {
      // The others may do.
    }
  }
  return worked;
}

export const NEIGHBOUR: { readonly [name: string]: Grab } = {
  poison: () => {
    const poison = { value: "yes", configurable: true };
    const worked = attemptAll([
      () => {
        global.deedHostile = "here";
      },
      () => Object.defineProperty(Object.prototype, "polluted", poison),
      () => Object.defineProperty(Array.prototype, "polluted", poison),
      () => {
        JSON.parse = () => ({ poisoned: true });
      },
      () => {
        Math.max = () => 7;
      },
      () => {
        String.prototype.startsWith = () => true;
      },
    ]);
    return `${worked} of its own`;
  },
  leave: (path: string) => {
    global.deedHostile = "here";
    process.env["DEED_HOSTILE"] = "here";
    process.title = "deed-hostile";
    writeFileSync(path, "hostile");
    return "left";
  },
  find: (path: string) => {
    const found = [
      ...("deedHostile" in global ? ["a global"] : []),
      ...("polluted" in {} ? ["a prototype"] : []),
      ...(process.env["DEED_HOSTILE"] === undefined ? [] : ["an environment"]),
      ...(process.title === "deed-hostile" ? ["a title"] : []),
    ];
    if (found.length > 0) return found;
    // Last: where files are forbidden, asking for one is the end.
    if (existsSync(path)) return "a file";
    throw new Nothing("found nothing");
  },
  /** Takes a secret into its memory in every way that it can think of, and says it to nobody. */
  remember: (secret: string, { channel }) => {
    const kept = [
      `${secret}!`,
      [...secret].reverse().join("").split("").reverse().join(""),
      Buffer.from(secret, "utf16le"),
      JSON.stringify({ secret }),
    ];
    channel.write({ type: "effect", request: { kind: "pause", ms: 0 } });
    const answer = channel.read();
    return kept.length + JSON.stringify(answer).length;
  },
};
