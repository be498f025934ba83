import { once } from "node:events";
import { connect as connectPlainly } from "node:net";
import { type ConnectionOptions, createServer, type TlsOptions } from "node:tls";
import { ADMITTED, CLOSED, NOTHING, type TlsCase } from "../../peers/tls/tls-case.testing.ts";
import { SIGNER_ALPN } from "../../signer/remote/judge-link.ts";
import type { LinkEnd } from "../../signer/remote/make-link.ts";
import { peerContextOptions } from "../secure-context.ts";
import { type LinkStage, onLinks } from "./link-stage.testing.ts";

const HUNG_UP = /^(CLOSED|ECONNRESET|EPIPE)$/;
const OLD = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "DEFAULT" } as const;

/** Somebody knocks at the door of a signer on another machine. */
function knocking(
  name: string,
  expected: TlsCase["expected"],
  knock: (stage: LinkStage, port: number, node: LinkEnd) => ReturnType<LinkStage["knock"]>,
): TlsCase {
  return {
    name: `remote signer: ${name}`,
    expected,
    play: onLinks(async (stage) => {
      const [node, signer] = await Promise.all([stage.end("node"), stage.end("signer")]);
      return knock(stage, await stage.door(signer, [node.key]), node);
    }),
  };
}

function offering(
  name: string,
  expected: TlsCase["expected"],
  changes: ConnectionOptions,
): TlsCase {
  return knocking(name, expected, (stage, port, node) => stage.knock(port, node, changes));
}

/** The node calls its signer, and somebody else answers. Nobody gets its token. */
function posing(
  name: string,
  client: RegExp,
  own: (stage: LinkStage, signer: LinkEnd) => Promise<LinkEnd>,
  changes: TlsOptions = {},
): TlsCase {
  return {
    name: `remote signer: ${name}`,
    expected: { client, server: /^(NOTHING|CLOSED|ECONNRESET|ERR_SSL_.*)$/ },
    play: onLinks(async (stage) => {
      const [node, signer] = await Promise.all([stage.end("node"), stage.end("signer")]);
      const other = await own(stage, signer);
      let word = NOTHING;
      const server = createServer({
        ...peerContextOptions({ chainPem: other.certPem, keyPem: other.keyPem }),
        ...{ ALPNProtocols: [SIGNER_ALPN], requestCert: true, rejectUnauthorized: false },
        ...changes,
      });
      server.on("tlsClientError", (error) => {
        word = "code" in error ? String(error.code) : error.message;
      });
      server.on("secureConnection", (socket) => {
        word = CLOSED;
        socket.on("error", () => undefined);
        socket.on("data", () => {
          word = "TOKEN";
        });
        stage.onClose(() => socket.destroy());
      });
      const client = await stage.dial(await stage.listening(server), node, [signer.key]);
      return { client, server: word };
    }),
  };
}

/** The link between a node and its signer on another machine. */
export const SIGNER_LINK_CASES: readonly TlsCase[] = [
  offering(
    "control: the node that the signer names",
    { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    {},
  ),
  offering(
    "no certificate",
    { client: HUNG_UP, server: /^LINK_NO_CERTIFICATE$/ },
    { key: "", cert: "" },
  ),
  knocking(
    "another certificate of the same name",
    { client: HUNG_UP, server: /^LINK_OTHER_KEY$/ },
    async (stage, port) => stage.knock(port, await stage.end("node")),
  ),
  {
    name: "remote signer: a certificate that has expired, of a key that is named",
    expected: { client: HUNG_UP, server: /^LINK_EXPIRED$/ },
    play: onLinks(async (stage) => {
      const [node, signer] = await Promise.all([stage.end("node", 10, 60), stage.end("signer")]);
      return stage.knock(await stage.door(signer, [node.key]), node);
    }),
  },
  {
    name: "remote signer: a certificate that is not yet valid, of a key that is named",
    expected: { client: HUNG_UP, server: /^LINK_NOT_YET_VALID$/ },
    play: onLinks(async (stage) => {
      const [node, signer] = await Promise.all([
        stage.end("node", 3_600, -600),
        stage.end("signer"),
      ]);
      return stage.knock(await stage.door(signer, [node.key]), node);
    }),
  },
  offering(
    "TLS 1.2",
    { client: /^ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION$/, server: /^ERR_SSL_UNSUPPORTED_PROTOCOL$/ },
    OLD,
  ),
  offering(
    "another application protocol (ALPN deed/1)",
    {
      client: /^ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL$/,
      server: /^ERR_SSL_NO_APPLICATION_PROTOCOL$/,
    },
    { ALPNProtocols: ["deed/1"] },
  ),
  offering(
    "no application protocol",
    { client: HUNG_UP, server: /^LINK_ALPN$/ },
    { ALPNProtocols: [] },
  ),
  knocking("plaintext", { client: HUNG_UP, server: /^ERR_SSL_/ }, async (stage, port) => {
    const socket = connectPlainly({ host: "127.0.0.1", port });
    stage.onClose(() => socket.destroy());
    let client = CLOSED;
    socket.on("error", () => undefined);
    // An alert record is TLS's own word.
    socket.on("data", (bytes) => {
      if (bytes[0] !== 0x15) client = ADMITTED;
    });
    socket.write(`{"id":0,"method":"hello","params":{}}\n`);
    await once(socket, "close");
    return { client, server: await stage.said() };
  }),
  {
    name: "remote signer: control: the signer that the node names answers",
    expected: { client: /^ADMITTED$/, server: /^ADMITTED$/ },
    play: onLinks(async (stage) => {
      const [node, signer] = await Promise.all([stage.end("node"), stage.end("signer")]);
      const port = await stage.door(signer, [node.key]);
      const client = await stage.dial(port, node, [signer.key]);
      return { client, server: client };
    }),
  },
  posing("a man in the middle with a certificate of the same name", /^LINK_OTHER_KEY$/, (stage) =>
    stage.end("signer"),
  ),
  posing(
    "a signer that offers TLS 1.2 alone (downgrade)",
    /^ERR_SSL_.*PROTOCOL/,
    async (_, signer) => signer,
    OLD,
  ),
  posing(
    "a signer that names no application protocol",
    /^LINK_ALPN$/,
    async (_, signer) => signer,
    {
      ALPNProtocols: undefined as never,
    },
  ),
];
