import { type Grab, Nothing, type Tools } from "./order.ts";

// Attacks by what a run says to its node, or does not.

const FILLER = "x".repeat(60_000);
const pause = (fields: object = {}): object => ({
  type: "effect",
  request: { kind: "pause", ms: 0, ...fields },
});

/** JSON of so many lists in each other. */
function nested(depth: number): string {
  return `${"[".repeat(depth)}${"]".repeat(depth)}`;
}

/** Sends JSON as it is written: a value so deep could not be made into text. */
function sendText(text: string, { channel, writeRaw }: Tools): void {
  if (writeRaw === null) {
    channel.write(rawJson(text));
    return;
  }
  const body = Buffer.from(text);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  writeRaw(Buffer.concat([header, body]));
}

/** What `JSON.stringify` gives this text for. */
function rawJson(text: string): object {
  const own = JSON.stringify;
  JSON.stringify = () => {
    JSON.stringify = own;
    return text;
  };
  return {};
}

export const TALK: { readonly [name: string]: Grab } = {
  garbage: (_: never, tools) => sendText('{"type":"effect",,}', tools),
  "giant-frame": (bytes: number, tools) =>
    sendText(`{"type":"failed","detail":"${"x".repeat(bytes)}"}`, tools),
  /** A length that no frame has, and nothing after it. */
  "false-length": (_: never, { writeRaw }) => {
    if (writeRaw === null) throw new Nothing("no raw bytes");
    writeRaw(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    for (;;);
  },
  "endless-output": (_: never, { channel }) => {
    for (;;) {
      channel.write(pause({ filler: FILLER }));
      channel.read();
    }
  },
  "endless-effects": (_: never, { channel }) => {
    for (;;) {
      channel.write(pause());
      channel.read();
    }
  },
  "large-effect": (bytes: number, { channel }) => {
    channel.write(pause({ filler: "x".repeat(bytes) }));
    channel.read();
  },
  "never-reads": (_: never, { channel }) => {
    for (;;) channel.write(pause());
  },
  deaf: (_: never, { channel }) => {
    channel.write(pause());
    for (;;);
  },
  "deep-request": (depth: number, tools) =>
    sendText(
      `{"type":"effect","request":{"kind":"pause","ms":0,"filler":${nested(depth)}}}`,
      tools,
    ),
  "deep-outcome": (depth: number, tools) =>
    sendText(
      `{"type":"done","outcome":{"status":"ok","leaves":[{"index":0,"step":0,"try":0,"kind":"SCRIPT",` +
        `"status":0,"level":0,"startedMs":0,"endedMs":0,"anchorNumber":0,"anchorHash":"0x00",` +
        `"input":{},"output":${nested(depth)}}]}}`,
      tools,
    ),
  "prototype-message": (_: never, tools) =>
    sendText(
      '{"__proto__":{"polluted":"yes"},"type":"effect","constructor":{"prototype":{"polluted":"yes"}},' +
        '"request":{"kind":"pause","ms":0,"__proto__":{"polluted":"yes"}}}',
      tools,
    ),
  "false-outcome": (_: never, { channel }) =>
    channel.write({ type: "done", outcome: { status: "ok", leaves: [{ kind: "nothing" }] } }),
  "ready-twice": (_: never, { channel }) => channel.write({ type: "ready" }),
  "unknown-message": (_: never, { channel }) => channel.write({ type: "probe" }),
  "say-after-end": (_: never, { channel }) => {
    channel.write({ type: "failed", detail: '{"refused":"said"}' });
    for (let count = 0; count < 20; count += 1) channel.write({ type: "failed", detail: "again" });
  },
  exit: () => process.exit(3),
  abort: () => process.abort(),
  "end-on-time": (afterMs: number) => {
    const end = performance.now() + afterMs;
    while (performance.now() < end);
    return "on time";
  },
  wait: (_: never, { channel }) => {
    channel.write(pause());
    return channel.read() === undefined ? "nothing" : "answered";
  },
};
