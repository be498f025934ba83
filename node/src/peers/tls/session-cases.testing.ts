import { once } from "node:events";
import { createServer, type TLSSocket } from "node:tls";
import { peerContextOptions } from "../../links/secure-context.ts";
import { contextOf, listening, onStage, type Stage, wordOf } from "./stage.testing.ts";
import { ADMITTED, NOTHING, type Seen, type TlsCase } from "./tls-case.testing.ts";

const HUNG_UP = /^(CLOSED|ECONNRESET|EPIPE)$/;
const HOUR_MS = 3_600_000;

/** A session that a good connection left, used again with `options`. */
async function resumed(
  stage: Stage,
  between: (world: World) => unknown,
  isShowing: boolean,
): Promise<Seen> {
  const clock = { ms: 0, nowMs: () => Date.now() + clock.ms };
  const node = await stage.node(1, { clock });
  const material = await stage.material(9);
  const first = stage.connect(node.server.port, contextOf(material));
  first.resume();
  const [session] = (await once(first, "session")) as [Buffer];
  await between({ stage, clock, node });
  const shown = isShowing ? contextOf(material) : { minVersion: "TLSv1.3" as const };
  return stage.knock(node.server.port, { ...shown, session });
}

interface World {
  readonly stage: Stage;
  readonly clock: { ms: number };
  readonly node: Awaited<ReturnType<Stage["node"]>>;
}

function resuming(name: string, between: (world: World) => unknown, isShowing: boolean): TlsCase {
  return {
    name,
    // A node's TLS does not resume at all; if it did, the gate would say SESSION_REUSED.
    expected: { client: HUNG_UP, server: /^(SESSION_REUSED|NO_CERTIFICATE|NODE_UNKNOWN)$/ },
    play: onStage((stage) => resumed(stage, between, isShowing)),
  };
}

/** What lasts longer than a handshake: sessions, open connections, their number. */
export const SESSION_CASES: readonly TlsCase[] = [
  resuming("a session is resumed without the certificate", () => undefined, false),
  resuming(
    "a session is resumed after its certificate has expired",
    ({ clock }) => {
      clock.ms = 2 * HOUR_MS;
    },
    false,
  ),
  resuming(
    "a session is resumed after the node was removed",
    ({ stage }) => stage.network.directory.nodes.delete(9),
    true,
  ),
  resuming(
    "a session is resumed after the server's context was replaced",
    ({ node }) => node.leaf.rotate(),
    false,
  ),
  {
    name: "control: a server that has tickets resumes for somebody without a certificate",
    expected: { client: /^ADMITTED$/, server: /^RESUMED$/ },
    play: onStage(async (stage) => {
      const material = await stage.material(9);
      const { secureOptions: _, sessionTimeout: __, ...context } = peerContextOptions(material);
      const server = createServer({ ...context, requestCert: true, rejectUnauthorized: false });
      const port = await listening(server);
      stage.onClose(() => server.close());
      let word = NOTHING;
      server.on("secureConnection", (socket) => {
        word = socket.isSessionReused() ? "RESUMED" : "ANEW";
        socket.on("error", () => undefined);
        socket.write("hello");
      });
      const first = stage.connect(port, contextOf(material, { ALPNProtocols: [] }));
      first.resume();
      const [session] = (await once(first, "session")) as [Buffer];
      const bare = { minVersion: "TLSv1.3", ALPNProtocols: [], session } as const;
      return { ...(await stage.knock(port, bare)), server: word };
    }),
  },
  {
    name: "an open connection of a node that is removed",
    expected: { client: HUNG_UP, server: /^NODE_UNKNOWN$/ },
    play: onStage(async (stage) => {
      const node = await stage.node(1);
      const material = await stage.material(9);
      const socket = await admitted(stage, node.server.port, contextOf(material));
      const ended = endOf(socket);
      stage.network.directory.nodes.delete(9);
      node.server.recheck();
      await ended;
      // And it cannot come back.
      return stage.knock(node.server.port, contextOf(material));
    }),
  },
  {
    name: "control: an open connection outlives the replacement of the server's context",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onStage(async (stage) => {
      const [from, to] = [await stage.node(1), await stage.node(2)];
      await stage.greet(from, 2);
      await to.leaf.rotate();
      await from.leaf.rotate();
      return stage.greet(from, 2);
    }),
  },
  {
    name: "one node opens more connections than it may",
    expected: { client: HUNG_UP, server: /^TOO_MANY_CONNECTIONS$/ },
    play: onStage(async (stage) => {
      const node = await stage.node(1, { server: { connectionsPerPeer: 2 } });
      const options = contextOf(await stage.material(9));
      for (let count = 0; count < 2; count += 1) await admitted(stage, node.server.port, options);
      return stage.knock(node.server.port, options);
    }),
  },
];

async function admitted(
  stage: Stage,
  port: number,
  options: Parameters<Stage["connect"]>[1],
): Promise<TLSSocket> {
  const socket = stage.connect(port, options);
  const word = await wordOf(socket);
  if (word !== ADMITTED) throw new Error(`not admitted: ${word}`);
  return socket;
}

function endOf(socket: TLSSocket): Promise<unknown> {
  return once(socket, "close");
}
