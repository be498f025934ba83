import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// One file makes every secure context. What opens TLS by itself must take its context from there.

const root = join(import.meta.dirname, "..");
const BUILDER = "node/src/links/secure-context.ts";

/** Files that may open TLS, and the functions of the builder that they must use. */
const OPENERS: Readonly<Record<string, readonly string[]>> = {
  "node/src/peers/session.ts": ["peerContextOptions"],
  "node/src/peers/server.ts": ["peerContextOptions"],
  "node/src/signer/remote/remote-door.ts": ["peerContextOptions"],
  "node/src/signer/remote/dial-signer.ts": ["peerContextOptions"],
  "node/src/api/create-server.ts": ["doorContextOptions"],
  "node/src/api/start-metrics.ts": ["doorContextOptions"],
  "node/src/rpc-post.ts": ["callerContext"],
  "node/src/roles/watch/head-source.ts": ["callerContext"],
  // Their contexts come from trust.ts.
  "node/src/broker/dial.ts": [],
  "node/src/broker/connections.ts": [],
  // A stub that workflows of other formats call in tests; never part of a node.
  "devnet/src/kwala/stub-targets.ts": [],
};

/** Where a peer's certificate is judged by the gate instead of by OpenSSL. */
const GATED = [
  "node/src/peers/server.ts",
  "node/src/peers/session.ts",
  "node/src/signer/remote/dial-signer.ts",
  "node/src/signer/remote/remote-door.ts",
];

const OPENS =
  /\b(?:from|import\() ?"(?:node:tls|node:https|undici)"|\bhttps: doorContext|connectTls\(|createSecureContext\(/;
/** Options of a secure context, which nobody else may say. */
const OPTION =
  /\b(?:minVersion|maxVersion|secureProtocol|ciphers|ecdhCurve|sigalgs|secureOptions|ticketKeys|pfx|privateKeyEngine):|\b(?:createSecureContext|setDefaultCACertificates)\(|\bDEFAULT_(?:MIN|MAX)_VERSION|\bglobalAgent\b/;
const TYPES_ONLY = /^import type [^;]*;$/gms;

const sources = ["node", "cli", "sdk", "devnet"].flatMap((name) =>
  readdirSync(join(root, name, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/\.(test|testing)\.ts$/.test(file))
    .map((file) => `${name}/src/${file}`),
);
const textOf = (path: string): string =>
  readFileSync(join(root, path), "utf8").replace(TYPES_ONLY, "");

test("what opens TLS is known here, and takes its context from the one builder", () => {
  const openers = sources.filter((path) => path !== BUILDER && OPENS.test(textOf(path)));
  expect(openers.sort()).toEqual(Object.keys(OPENERS).sort());
  expect(textOf("node/src/broker/trust.ts")).toContain("callerContext(");
  for (const [path, functions] of Object.entries(OPENERS)) {
    for (const name of functions)
      expect([path, textOf(path)]).toEqual([path, expect.stringContaining(`${name}(`)]);
  }
});

test("nobody but the builder says what a secure context is", () => {
  const sayers = sources.filter((path) => OPTION.test(textOf(path)));
  // A configuration's word, which goes to the builder.
  const words = ["node/src/config-links.ts"];
  expect(sayers.filter((path) => path !== BUILDER && !words.includes(path))).toEqual([]);
  expect(sayers).toContain(BUILDER);
});

test("verification is left out only where a gate judges, and never by the environment", () => {
  const without = sources.filter((path) => /rejectUnauthorized: false/.test(textOf(path)));
  expect(without.sort()).toEqual(GATED);
  const setters = sources.filter((path) =>
    /NODE_TLS_REJECT_UNAUTHORIZED"?\]? ?=[^=]/.test(textOf(path)),
  );
  expect(setters.filter((path) => !/links\.ts$/.test(path))).toEqual([]);
});
