import { connect as connectPlainly, createServer as createTcpServer, type Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import type { LeafMaterial } from "../../links/secure-context.ts";
import { peerContextOptions } from "../../links/secure-context.ts";
import { nodeUri, PEER_ALPN } from "../identity.ts";
import type { TestIssuerOptions } from "../issuer.testing.ts";
import { CHAIN_ID } from "../network.testing.ts";
import { listening, onStage, type Stage } from "./stage.testing.ts";
import { ADMITTED, CLOSED, NOTHING, type Seen, type TlsCase } from "./tls-case.testing.ts";

const HOUR_MS = 3_600_000;

/** A server that poses as node 9, and what it got out of whoever called it. */
async function pose(stage: Stage, material: LeafMaterial, changes: TlsOptions = {}) {
  let word = NOTHING;
  const server = createServer({
    ...peerContextOptions(material),
    ALPNProtocols: [PEER_ALPN],
    requestCert: true,
    rejectUnauthorized: false,
    ...changes,
  });
  server.on("tlsClientError", (error) => {
    word = "code" in error ? String(error.code) : error.message;
  });
  server.on("secureConnection", (socket) => {
    word = CLOSED;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      word = "REQUEST";
    });
  });
  const port = await listening(server);
  stage.onClose(() => server.close());
  return { port, word: () => word };
}

/** Node 1 dials node 9, behind whose address there is somebody else. */
async function dialled(
  stage: Stage,
  at: { readonly port: number; readonly word: () => string },
): Promise<Seen> {
  const { directory } = stage.network;
  const caller = await stage.node(1, { client: { connectMs: 3_000 } });
  directory.nodes.set(9, { ...directory.node(9)!, endpoint: `https://127.0.0.1:${at.port}` });
  const { client } = await stage.greet(caller, 9);
  return { client, server: client === ADMITTED ? ADMITTED : at.word() };
}

function posing(
  name: string,
  client: string,
  options: () => TestIssuerOptions & { isRegistered?: boolean; isActive?: boolean },
  changes: TlsOptions = {},
  server = /^(CLOSED|NOTHING|ECONNRESET|ERR_SSL_.*)$/,
): TlsCase {
  return {
    name,
    expected: { client: new RegExp(`^${client}$`), server },
    play: onStage(async (stage) =>
      dialled(stage, await pose(stage, await stage.material(9, options()), changes)),
    ),
  };
}

const OLD: TlsOptions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "DEFAULT" };

/** Somebody else answers where a node was dialled. None of them gets a request. */
export const SERVER_CASES: readonly TlsCase[] = [
  {
    name: "control: the node that was dialled answers",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onStage(async (stage) => {
      await stage.node(2);
      return stage.greet(await stage.node(1), 2);
    }),
  },
  {
    name: "control: a relay that passes bytes on unseen",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onStage((stage) => relayed(stage, (bytes) => bytes)),
  },
  {
    name: "the man in the middle changes a byte of the client's first message",
    expected: {
      client: /^ERR_SSL_|^CLOSED$|^ECONNRESET$/,
      server: /^(NOTHING|ERR_SSL_.*|ECONNRESET)$/,
    },
    // The 20th is one of the client's random ones.
    play: onStage((stage) =>
      relayed(stage, (bytes, no) => (no === 0 ? flipped(bytes, 20) : bytes)),
    ),
  },
  posing("a man in the middle with a rogue CA", "CA_NOT_REGISTERED", () => ({
    isRegistered: false,
  })),
  posing("a server whose leaf has expired", "EXPIRED", () => ({
    leafFromMs: Date.now() - 2 * HOUR_MS,
    leafToMs: Date.now() - HOUR_MS,
  })),
  posing("a server whose leaf is not yet valid", "NOT_YET_VALID", () => ({
    leafFromMs: Date.now() + HOUR_MS,
    leafToMs: Date.now() + 2 * HOUR_MS,
  })),
  posing("another node's CA vouches for the server's name", "CA_NOT_REGISTERED", () => ({
    isRegistered: false,
    leafUri: nodeUri({ nodeNo: 9, chainId: CHAIN_ID }),
  })),
  posing("a server of another ledger", "OTHER_LEDGER", () => ({
    leafUri: nodeUri({ nodeNo: 9, chainId: 1 }),
  })),
  posing("a server whose leaf lives too long", "LIFETIME", () => ({
    leafToMs: Date.now() + 10 * HOUR_MS,
  })),
  posing("a server that is suspended", "NODE_NOT_ACTIVE", () => ({ isActive: false })),
  posing("a server whose SAN is no node's", "NO_IDENTITY", () => ({
    leafUri: "https://example.com",
  })),
  posing("a CA without name constraints, at the server", "CA_NOT_CONSTRAINED", () => ({
    constrainedTo: null,
  })),
  posing("a server that offers TLS 1.2 alone (downgrade)", "ERR_SSL_.*PROTOCOL.*", () => ({}), OLD),
  posing("a server that names no application protocol", "ALPN", () => ({}), {
    ALPNProtocols: undefined as never,
  }),
  {
    name: "the node that answers is another than the one dialled",
    expected: { client: /^OTHER_NODE$/, server: /^(CLOSED|NOTHING)$/ },
    play: onStage(async (stage) => {
      const other = await stage.material(8);
      await stage.material(9);
      return dialled(stage, await pose(stage, other));
    }),
  },
  {
    name: "a server that never finishes the handshake",
    expected: { client: /^TIMEOUT$/, server: /^NOTHING$/ },
    play: onStage(async (stage) => {
      await stage.material(9);
      const server = createTcpServer((socket) => stage.onClose(() => socket.destroy()));
      const port = await listening(server);
      stage.onClose(() => server.close());
      return dialled(stage, { port, word: () => NOTHING });
    }),
  },
];

/** Node 1 dials node 2 through somebody who sees all bytes and may change the client's. */
async function relayed(stage: Stage, change: (bytes: Buffer, no: number) => Buffer): Promise<Seen> {
  const { directory } = stage.network;
  const [caller, called] = [await stage.node(1), await stage.node(2)];
  const relay = createTcpServer((near) => pass(stage, near, called.server.port, change));
  const port = await listening(relay);
  stage.onClose(() => relay.close());
  directory.nodes.set(2, { ...directory.node(2)!, endpoint: `https://127.0.0.1:${port}` });
  const seen = await stage.greet(caller, 2);
  return seen.client === ADMITTED ? seen : { ...seen, server: await stage.said() };
}

function pass(
  stage: Stage,
  near: Socket,
  port: number,
  change: (bytes: Buffer, no: number) => Buffer,
): void {
  const far = connectPlainly({ host: "127.0.0.1", port });
  let no = 0;
  near.on("data", (bytes) => {
    far.write(change(bytes, no));
    no += 1;
  });
  far.pipe(near);
  near.on("close", () => far.destroy());
  for (const socket of [near, far]) {
    socket.on("error", () => undefined);
    stage.onClose(() => socket.destroy());
  }
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}
