import { once } from "node:events";
import { connect as connectPlainly } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { createServer } from "node:tls";
import { peerContextOptions } from "../../links/secure-context.ts";
import { contextOf, listening, onStage, type Stage } from "./stage.testing.ts";
import { ADMITTED, CLOSED, type Seen, type TlsCase } from "./tls-case.testing.ts";

const HUNG_UP = /^(CLOSED|ECONNRESET|EPIPE)$/;
const OLD: ConnectionOptions = {
  minVersion: "TLSv1",
  maxVersion: "TLSv1.2",
  ciphers: "DEFAULT@SECLEVEL=0",
  ecdhCurve: "auto",
};

function offering(
  name: string,
  client: RegExp,
  server: RegExp,
  changes: ConnectionOptions,
): TlsCase {
  return {
    name,
    expected: { client, server },
    play: onStage(async (stage) => {
      const node = await stage.node(1);
      return stage.knock(node.server.port, contextOf(await stage.material(9), changes));
    }),
  };
}

function saying(name: string, words: string, server: RegExp): TlsCase {
  return {
    name,
    expected: { client: HUNG_UP, server },
    play: onStage(async (stage) => {
      const node = await stage.node(1, { server: { handshakeMs: 500 } });
      const socket = connectPlainly({ host: "127.0.0.1", port: node.server.port });
      stage.onClose(() => socket.destroy());
      let code = CLOSED;
      socket.on("error", (error) => {
        code = "code" in error ? String(error.code) : error.message;
      });
      if (words !== "") socket.write(words);
      // An alert record is TLS's own word, and no byte of the node's.
      socket.on("data", (bytes) => {
        if (bytes[0] !== 0x15) code = ADMITTED;
      });
      await once(socket, "close");
      return { client: code, server: await stage.said() };
    }),
  };
}

async function afterRotation(stage: Stage, changes: ConnectionOptions): Promise<Seen> {
  const node = await stage.node(1);
  const material = await stage.material(9);
  for (let round = 0; round < 3; round += 1) await node.leaf.rotate();
  return stage.knock(node.server.port, contextOf(material, changes));
}

const TOO_OLD = /^ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION$/;
const UNSUPPORTED = /^ERR_SSL_UNSUPPORTED_PROTOCOL$/;

/** Other versions, protocols, groups and signatures than the one of spec 10, at the door of a node. */
export const VERSION_CASES: readonly TlsCase[] = [
  offering("TLS 1.2", TOO_OLD, UNSUPPORTED, { ...OLD, minVersion: "TLSv1.2" }),
  offering("TLS 1.1", TOO_OLD, UNSUPPORTED, { ...OLD, maxVersion: "TLSv1.1" }),
  offering("TLS 1.0", TOO_OLD, UNSUPPORTED, { ...OLD, maxVersion: "TLSv1" }),
  offering(
    "another application protocol (ALPN h2)",
    /^ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL$/,
    /^ERR_SSL_NO_APPLICATION_PROTOCOL$/,
    { ALPNProtocols: ["h2"] },
  ),
  offering("no application protocol", HUNG_UP, /^ALPN$/, { ALPNProtocols: [] }),
  offering("a group that is not offered (P-384)", /HANDSHAKE_FAILURE$/, /NO_SUITABLE_KEY_SHARE$/, {
    ecdhCurve: "P-384",
  }),
  offering(
    "a signature that is not offered",
    /HANDSHAKE_FAILURE$/,
    /NO_SHARED_SIGNATURE|NO_SUITABLE_SIGNATURE/,
    {
      sigalgs: "ecdsa_secp384r1_sha384",
    },
  ),
  saying("plain HTTP/1.1", "GET /hello HTTP/1.1\r\nHost: node\r\n\r\n", /^ERR_SSL_HTTP_REQUEST$/),
  saying(
    "plain HTTP/2 (prior knowledge)",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNSUPPORTED_PROTOCOL|HTTP_REQUEST)$/,
  ),
  saying("a client that never begins", "", /^ERR_TLS_HANDSHAKE_TIMEOUT$/),
  {
    name: "TLS 1.2 after the server's context was replaced three times",
    expected: { client: TOO_OLD, server: UNSUPPORTED },
    play: onStage((stage) => afterRotation(stage, { ...OLD, minVersion: "TLSv1.2" })),
  },
  {
    name: "no certificate after the server's context was replaced three times",
    expected: { client: HUNG_UP, server: /^NO_CERTIFICATE$/ },
    play: onStage((stage) => afterRotation(stage, { key: "", cert: "" })),
  },
  {
    name: "a node that was removed, after the server's context was replaced three times",
    expected: { client: HUNG_UP, server: /^NODE_UNKNOWN$/ },
    play: onStage(async (stage) => {
      const node = await stage.node(1);
      const material = await stage.material(9);
      stage.network.directory.nodes.delete(9);
      for (let round = 0; round < 3; round += 1) await node.leaf.rotate();
      return stage.knock(node.server.port, contextOf(material));
    }),
  },
  {
    name: "control: a server whose context is replaced with key and certificate alone takes TLS 1.2",
    expected: { client: /^ADMITTED$/, server: /^TLSv1\.2$/ },
    play: onStage(async (stage) => {
      const material = await stage.material(9);
      const { key, cert } = peerContextOptions(material);
      const server = createServer(peerContextOptions(material));
      const port = await listening(server);
      stage.onClose(() => server.close());
      server.setSecureContext({ key: key!, cert: cert! });
      const accepted = once(server, "secureConnection").then(([socket]) => {
        socket.write("hello");
        return String(socket.getProtocol());
      });
      const old = { ...OLD, minVersion: "TLSv1.2", ALPNProtocols: [] } as const;
      const { client } = await stage.knock(port, contextOf(material, old));
      return { client, server: client === ADMITTED ? await accepted : CLOSED };
    }),
  },
];
