import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type LeafMaterial, peerContextOptions } from "../../links/secure-context.ts";
import { type Logger, SILENT } from "../../telemetry/logger.ts";
import { PEER_ALPN } from "../identity.ts";
import { type TestIssuerOptions, testIssuer } from "../issuer.testing.ts";
import { openLeafKeeper } from "../leaf-keeper.ts";
import { CHAIN_ID, TestNetwork, type TestNode, type TestNodeOptions } from "../network.testing.ts";
import { PeerError } from "../peer-error.ts";
import { ADMITTED, CLOSED, NOTHING, type Seen } from "./tls-case.testing.ts";

const WAIT_MS = 10_000;
const never = new AbortController().signal;

/** A node's door, what it says of those who knock, and keys for them. */
export class Stage {
  readonly network: TestNetwork = new TestNetwork();
  readonly #said: string[] = [];
  readonly #closing: (() => unknown)[] = [];

  /** A node of the registry with the product's own server and client. */
  async node(nodeNo: number, options: TestNodeOptions = {}): Promise<TestNode> {
    return this.network.add(nodeNo, { logger: this.#logger(), ...options });
  }

  /** Keys and certificates of a node that is in the registry but has no server. */
  async material(nodeNo: number, options: MaterialOptions = {}): Promise<LeafMaterial> {
    const { isRegistered = true, isActive = true, ...issuing } = options;
    const issuer = await testIssuer({ nodeNo, chainId: CHAIN_ID }, issuing);
    const leaf = await openLeafKeeper(
      { nodeNo, chainId: CHAIN_ID, lifetimeSec: 3_600, backdateSec: 300 },
      { issuer, clock: { nowMs: Date.now }, logger: SILENT },
    );
    leaf.close();
    this.network.directory.nodes.set(nodeNo, {
      endpoint: "https://127.0.0.1:1",
      caHash: isRegistered ? issuer.caHash : `0x${"0".repeat(64)}`,
      active: isActive,
    });
    return leaf.current;
  }

  /** Knocks as a TLS client that takes any server. Waits until it is admitted, or hung up on. */
  async knock(port: number, options: ConnectionOptions): Promise<Seen> {
    const socket = this.connect(port, options);
    const client = await wordOf(socket);
    return { client, server: client === ADMITTED ? ADMITTED : await this.said() };
  }

  connect(port: number, options: ConnectionOptions): TLSSocket {
    const socket = connect({
      host: "127.0.0.1",
      port,
      rejectUnauthorized: false,
      ALPNProtocols: [PEER_ALPN],
      ...options,
    });
    // For those who only wait for another event; `wordOf` hears of it, too.
    socket.on("error", () => undefined);
    this.onClose(() => socket.destroy());
    return socket;
  }

  /** Greets a node with the product's client. */
  async greet(from: TestNode, nodeNo: number): Promise<Seen> {
    const client = await from.client.hello(nodeNo, never).then(() => ADMITTED, codeOf);
    return { client, server: client === ADMITTED ? ADMITTED : NOTHING };
  }

  /** What the door said last; waits for its word. */
  async said(): Promise<string> {
    const untilMs = performance.now() + WAIT_MS;
    while (this.#said.length === 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#said.at(-1) ?? NOTHING;
  }

  onClose(close: () => unknown): void {
    this.#closing.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    await this.network.close();
  }

  #logger(): Logger {
    const keep = (word: unknown): void => void this.#said.push(String(word));
    return {
      ...SILENT,
      warn: (_message, fields) => keep(fields?.["reason"]),
      debug: (message, fields) => {
        if (message === "Peer handshake failed") keep(fields?.["code"]);
      },
    };
  }
}

interface MaterialOptions extends TestIssuerOptions {
  readonly isRegistered?: boolean;
  readonly isActive?: boolean;
}

/** A client's view of one attempt: admitted when application bytes come, else why it ended. */
export async function wordOf(socket: TLSSocket): Promise<string> {
  let code = CLOSED;
  const heard = new Promise<string>((resolve) => socket.once("data", () => resolve(ADMITTED)));
  socket.on("error", (error) => {
    code = "code" in error ? String(error.code) : error.message;
  });
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(code)));
  const timer = setTimeout(() => socket.destroy(new Error("no word")), WAIT_MS);
  return Promise.race([heard, ended]).finally(() => clearTimeout(timer));
}

function codeOf(error: unknown): string {
  if (!(error instanceof PeerError)) return String(error);
  const { failure } = error;
  if (failure.code === "REFUSED") return failure.reason;
  return failure.code === "UNREACHABLE" ? failure.detail : failure.code;
}

/** Plays on a stage of its own. */
export function onStage(play: (stage: Stage) => Promise<Seen>): () => Promise<Seen> {
  return async () => {
    const stage = new Stage();
    try {
      return await play(stage);
    } finally {
      await stage.close();
    }
  };
}

/** A client context as the product makes it, with changes. */
export function contextOf(
  material: LeafMaterial,
  changes: ConnectionOptions = {},
): ConnectionOptions {
  return { ...peerContextOptions(material), ...changes };
}

/** Resolves with the port on which a server of this process listens from now on. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
