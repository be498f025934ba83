import { createServer, request, type ServerOptions } from "node:https";
import { startMetrics } from "../../api/start-metrics.ts";
import { type Certificate, makeCertificate } from "../../broker/certificate.testing.ts";
import type { RpcTls } from "../../config-links.ts";
import { ADMITTED, NOTHING, type Seen, type TlsCase } from "../../peers/tls/tls-case.testing.ts";
import { Waker } from "../../roles/waker.ts";
import { HeadSource } from "../../roles/watch/head-source.ts";
import { openRpcPost } from "../../rpc-post.ts";
import { SILENT } from "../../telemetry/logger.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import { type LinkStage, onLinks } from "./link-stage.testing.ts";

const CALL_MS = 5_000;
const LEAST = "1.3";

interface Answering {
  readonly certificate: Certificate;
  readonly tls: RpcTls;
  readonly server?: ServerOptions;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A server of RPC of others, and what it got: a request, or the reason why there was none. */
async function rpcServer(stage: LinkStage, { certificate, server: options }: Answering) {
  let word = NOTHING;
  const server = createServer({ key: certificate.key, cert: certificate.cert, ...options });
  server.on("tlsClientError", (error) => {
    word = "code" in error ? String(error.code) : error.message;
  });
  server.on("upgrade", (_request, socket) => {
    word = ADMITTED;
    socket.destroy();
  });
  server.on("request", (_request, response) => {
    word = ADMITTED;
    response.end("{}");
  });
  stage.onClose(() => server.closeAllConnections());
  return { port: await stage.listening(server), word: () => word };
}

function calling(
  name: string,
  client: RegExp,
  server: RegExp,
  make: () => Promise<Answering>,
): readonly TlsCase[] {
  const within = async (
    play: (answering: Answering, stage: LinkStage) => Promise<Seen>,
    stage: LinkStage,
  ) => {
    const answering = await make();
    const before = { ...process.env };
    Object.assign(process.env, answering.environment);
    try {
      return await play(answering, stage);
    } finally {
      process.env = before;
    }
  };
  return [
    {
      name: `rpcUrl: ${name}`,
      expected: { client, server },
      play: onLinks((stage) => within(post, stage)),
    },
    {
      name: `wsUrl: ${name}`,
      // The WebSocket of the library says nothing of why.
      expected: { client: server.test(ADMITTED) ? /^ADMITTED$/ : /^NOTHING$/, server },
      play: onLinks((stage) => within(subscribe, stage)),
    },
  ];
}

async function post(answering: Answering, stage: LinkStage): Promise<Seen> {
  const server = await rpcServer(stage, answering);
  const { post: call, close } = openRpcPost({ tls: answering.tls });
  stage.onClose(close);
  const client = await call(`https://127.0.0.1:${server.port}/`, "{}", CALL_MS).then(
    () => ADMITTED,
    codeOf,
  );
  return { client, server: server.word() };
}

async function subscribe(answering: Answering, stage: LinkStage): Promise<Seen> {
  const server = await rpcServer(stage, answering);
  const heads = new HeadSource(
    { wsUrl: `wss://127.0.0.1:${server.port}`, tls: answering.tls, pollMs: 1_000, reconnectMs: 20 },
    { logger: SILENT, waker: new Waker({ nowMs: Date.now }) },
  );
  stage.onClose(() => heads.close());
  const untilMs = performance.now() + CALL_MS;
  while (server.word() === NOTHING && performance.now() < untilMs) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { client: server.word() === ADMITTED ? ADMITTED : NOTHING, server: server.word() };
}

function codeOf(error: Error): string {
  const reason = /alert [a-z ]+|protocol version/.exec(error.message)?.[0];
  const code = "code" in error ? String(error.code) : error.message;
  return code === "EPROTO" && reason !== undefined ? reason : code;
}

const own = () => makeCertificate({ hosts: ["127.0.0.1"] });
const REFUSED = /^(NOTHING|ERR_SSL_.*|ECONNRESET)$/;

/** Somebody asks a node for its metrics. */
async function asked(stage: LinkStage, version: "TLSv1.2" | "TLSv1.3"): Promise<Seen> {
  const certificate = await own();
  const tls = {
    certPath: stage.put("cert.pem", certificate.cert),
    keyPath: stage.put("key.pem", certificate.key),
    clientCaPath: null,
  };
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  const door = await startMetrics({ host: "127.0.0.1", port: 0, tls }, { metrics, logger: SILENT });
  stage.onClose(() => door.close());
  const options = { ca: certificate.cert, agent: false, maxVersion: version } as const;
  const client = await new Promise<string>((resolve) => {
    const outgoing = request(door.url, options, (incoming) => {
      incoming.resume();
      resolve(ADMITTED);
    });
    outgoing.on("error", (error) => resolve(codeOf(error)));
    outgoing.end();
  });
  return { client, server: client === ADMITTED ? ADMITTED : NOTHING };
}

/** Servers of others that a node calls, and a node's own doors for others than nodes. */
export const CALLER_CASES: readonly TlsCase[] = [
  ...calling(
    "control: an authority that the operator named",
    /^ADMITTED$/,
    /^ADMITTED$/,
    async () => {
      const certificate = await own();
      return { certificate, tls: { ownCaPem: certificate.cert, least: LEAST } };
    },
  ),
  ...calling("an authority that nobody knows", /SELF_SIGNED_CERT/, REFUSED, async () => ({
    certificate: await own(),
    tls: { ownCaPem: null, least: LEAST },
  })),
  ...calling(
    "the same, with verification switched off by the environment",
    /SELF_SIGNED_CERT/,
    REFUSED,
    async () => ({
      certificate: await own(),
      tls: { ownCaPem: null, least: LEAST },
      environment: { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" },
    }),
  ),
  ...calling(
    "a certificate for another name",
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    /^(NOTHING|ECONNRESET|ERR_SSL_.*)$/,
    async () => {
      const certificate = await makeCertificate({ hosts: ["127.0.0.2"] });
      return { certificate, tls: { ownCaPem: certificate.cert, least: LEAST } };
    },
  ),
  ...calling("TLS 1.2 alone", /alert protocol version/, REFUSED, async () => {
    const certificate = await own();
    const tls: RpcTls = { ownCaPem: certificate.cert, least: LEAST };
    return { certificate, tls, server: { maxVersion: "TLSv1.2" } };
  }),
  {
    name: "metrics: control: TLS 1.3",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onLinks((stage) => asked(stage, "TLSv1.3")),
  },
  {
    name: "metrics: TLS 1.2",
    expected: { client: /alert protocol version/, server: /^NOTHING$/ },
    play: onLinks((stage) => asked(stage, "TLSv1.2")),
  },
];
