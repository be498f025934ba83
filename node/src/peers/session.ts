import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type TLSSocket } from "node:tls";
import type { Clock } from "../clock.ts";
import { type LeafMaterial, peerContextOptions } from "../links/secure-context.ts";
import { judge, presentedBy } from "./gate.ts";
import {
  type NodeIdentity,
  nodeHost,
  PEER_ALPN,
  type PeerDirectory,
  type PeerNode,
} from "./identity.ts";
import { PeerError } from "./peer-error.ts";

export interface DialOptions {
  readonly connectMs: number;
}

export interface DialedSession {
  readonly session: ClientHttp2Session;
  /** When the first of the two leaves ends. */
  readonly untilMs: number;
}

/** Connects to just this node, and proves that it is that node. @throws PeerError */
export async function dial(
  to: NodeIdentity & { readonly node: PeerNode },
  material: LeafMaterial,
  options: DialOptions,
  collaborators: { readonly directory: PeerDirectory; readonly clock: Clock },
): Promise<DialedSession> {
  const { nodeNo } = to;
  const url = endpointOf(to);
  const socket = connect({
    ...peerContextOptions(material),
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 443),
    ALPNProtocols: [PEER_ALPN],
    servername: nodeHost(to),
    // The gate judges; see there.
    rejectUnauthorized: false,
  });
  socket.on("error", () => undefined);
  const timer = setTimeout(
    () => socket.destroy(new PeerError({ code: "TIMEOUT", nodeNo, limitMs: options.connectMs })),
    options.connectMs,
  );
  try {
    await event(socket, "secureConnect", nodeNo);
    const validToMs = admit(socket, to, collaborators);
    const session = connectHttp2(url, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    session.on("error", () => socket.destroy());
    // TLS 1.3 reports success before the server has judged us. Its settings come only afterwards.
    await event(session, "remoteSettings", nodeNo);
    return { session, untilMs: Math.min(validToMs, material.notAfterMs) };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function endpointOf(to: { readonly nodeNo: number; readonly node: PeerNode }): URL {
  const { endpoint } = to.node;
  if (URL.canParse(endpoint) && new URL(endpoint).protocol === "https:") return new URL(endpoint);
  throw new PeerError({ code: "UNREACHABLE", nodeNo: to.nodeNo, detail: "endpoint" });
}

function admit(
  socket: TLSSocket,
  to: NodeIdentity,
  { directory, clock }: { readonly directory: PeerDirectory; readonly clock: Clock },
): number {
  const rules = { chainId: to.chainId, directory, nowMs: clock.nowMs() };
  const judgement = judge(presentedBy(socket), rules);
  if (judgement.kind === "refused") {
    throw new PeerError({ code: "REFUSED", nodeNo: to.nodeNo, reason: judgement.code });
  }
  if (judgement.nodeNo !== to.nodeNo) {
    throw new PeerError({ code: "OTHER_NODE", nodeNo: to.nodeNo, answered: judgement.nodeNo });
  }
  return judgement.validToMs;
}

type Emitter = Pick<TLSSocket | ClientHttp2Session, "once" | "off">;

/** Waits for an event, or for the end of what should have sent it. */
function event(source: Emitter, name: string, nodeNo: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let cause: unknown;
    const keep = (error: unknown): void => {
      cause = error;
    };
    const fail = (): void => {
      const detail = cause instanceof Error && "code" in cause ? String(cause.code) : "closed";
      const unreachable = new PeerError({ code: "UNREACHABLE", nodeNo, detail }, { cause });
      reject(cause instanceof PeerError ? cause : unreachable);
    };
    source.once("error", keep);
    source.once("close", fail);
    source.once(name, () => {
      source.off("error", keep);
      source.off("close", fail);
      resolve();
    });
  });
}
