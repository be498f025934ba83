import { existsSync, readFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { BROKER_FD } from "./broker-fd.ts";
import { openChannel } from "./channel.ts";
import type { ToChild } from "./messages.ts";

/** A child that does what its job's plan is named, instead of running it. */
const channel = openChannel(BROKER_FD);

const attempt = (what: () => unknown): string => {
  try {
    return String(what());
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
};

const report = (facts: object): void => {
  channel.write({ type: "failed", detail: JSON.stringify(facts) });
};

const deeds: Readonly<Record<string, () => unknown>> = {
  look: () =>
    report({
      env: Object.keys(process.env),
      passwd: attempt(() => readFileSync("/etc/passwd", "utf8").length),
      write: attempt(() => writeSync(1, "")),
      exists: attempt(() => existsSync("/etc/passwd")),
      evaluate: attempt(() => new Function("return 1")()),
    }),
  connect: () => {
    const socket = connect({ host: "127.0.0.1", port: Number(process.argv[2] ?? 9) });
    socket.on("connect", () => report({ connect: "ok" }));
    socket.on("error", (error) => report({ connect: "code" in error ? error.code : "" }));
    return "async";
  },
  spin: () => {
    for (;;);
  },
  heap: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(new Array(10_000).fill(kept.length));
  },
  buffers: () => {
    const kept: Uint8Array[] = [];
    for (;;) kept.push(new Uint8Array(8 * 1024 * 1024).fill(1));
  },
  garbage: () => writeSync(BROKER_FD, Buffer.from([0, 0, 0, 5, 1, 2, 3, 4, 5])),
  huge: () => writeSync(BROKER_FD, Buffer.from([0xff, 0xff, 0xff, 0xff])),
  flood: () => {
    for (;;) channel.write({ type: "nothing", filler: "x".repeat(60_000) });
  },
  shape: () => channel.write({ type: "effect", request: { kind: "http", stepIndex: -1 } }),
  effects: () => {
    for (;;) {
      channel.write({ type: "effect", request: { kind: "pause", ms: 0 } });
      channel.read();
    }
  },
  chatter: () => {
    for (;;) {
      channel.write({
        type: "effect",
        request: { kind: "pause", ms: 0, filler: "x".repeat(9_000) },
      });
      channel.read();
    }
  },
  exit: () => process.exit(3),
};

channel.write({ type: "ready" });
const job = channel.read() as ToChild | undefined;
const result = job?.type === "job" ? deeds[job.plan.name]?.() : undefined;
if (result !== "async") while (channel.read() !== undefined);
