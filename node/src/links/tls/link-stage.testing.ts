import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import type { Hex } from "@deed/protocol/encoding";
import { wordOf } from "../../peers/tls/stage.testing.ts";
import { ADMITTED, NOTHING, type Seen } from "../../peers/tls/tls-case.testing.ts";
import { dialSigner } from "../../signer/remote/dial-signer.ts";
import { SIGNER_ALPN } from "../../signer/remote/judge-link.ts";
import { type LinkFiles, readLinkFiles } from "../../signer/remote/link-files.ts";
import { type LinkEnd, makeLinkEnd } from "../../signer/remote/make-link.ts";
import { openRemoteDoor } from "../../signer/remote/remote-door.ts";
import { type Logger, SILENT } from "../../telemetry/logger.ts";
import { peerContextOptions } from "../secure-context.ts";

const WAIT_MS = 10_000;

/** Links other than those of peers, and what their doors say. */
export class LinkStage {
  readonly folder: string = mkdtempSync(join(tmpdir(), "deed-links-"));
  readonly #said: string[] = [];
  readonly #closing: (() => unknown)[] = [];

  put(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  end(name: string, lifeSec = 3_600, ageSec = 60): Promise<LinkEnd> {
    const nowSec = Math.floor(Date.now() / 1000);
    return makeLinkEnd({ name, fromSec: nowSec - ageSec, toSec: nowSec - ageSec + lifeSec });
  }

  files(name: string, end: LinkEnd, otherKeys: readonly Hex[]): LinkFiles {
    const certPath = this.put(`${name}.cert`, end.certPem);
    return { certPath, keyPath: this.put(`${name}.key`, end.keyPem), otherKeys };
  }

  /** The signer's door; whoever it admits is greeted. @returns the port. */
  async door(end: LinkEnd, nodeKeys: readonly Hex[]): Promise<number> {
    const options = { host: "127.0.0.1", port: 0, ...this.files("signer", end, nodeKeys) };
    const door = await openRemoteDoor(options, {
      accept: (socket: Socket) => {
        this.onClose(() => socket.destroy());
        socket.write("hello");
      },
      logger: this.#logger(),
      nowMs: Date.now,
    });
    this.onClose(() => door.close());
    return door.port;
  }

  /** A node that knocks at the door as the product does, but for `changes`. */
  async knock(port: number, end: LinkEnd, changes: ConnectionOptions = {}): Promise<Seen> {
    const socket = connect({
      ...peerContextOptions({ chainPem: end.certPem, keyPem: end.keyPem }),
      ...{ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: [SIGNER_ALPN] },
      ...changes,
    });
    this.onClose(() => socket.destroy());
    const client = await wordOf(socket);
    return { client, server: client === ADMITTED ? ADMITTED : await this.said() };
  }

  /** The product's own way to the signer, which says its token when it believes the other end. */
  async dial(port: number, end: LinkEnd, signerKeys: readonly Hex[]): Promise<string> {
    const material = readLinkFiles(this.files("node", end, signerKeys), "signer");
    return new Promise((resolve) => {
      const word = { last: "CLOSED" };
      const socket = dialSigner(
        { host: "127.0.0.1", port, material, signerKeys },
        {
          onReady: () => {
            socket.write("token");
            resolve(ADMITTED);
          },
          onRefused: resolve,
          nowMs: Date.now,
        },
      );
      this.onClose(() => socket.destroy());
      socket.on("error", (error) => {
        word.last = "code" in error ? String(error.code) : error.message;
      });
      socket.once("close", () => resolve(word.last));
    });
  }

  note(word: string): void {
    this.#said.push(word);
  }

  /** What a door said last; waits for its word. */
  async said(): Promise<string> {
    const untilMs = performance.now() + WAIT_MS;
    while (this.#said.length === 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#said.at(-1) ?? NOTHING;
  }

  /** @returns the port on which a server of this process listens from now on. */
  async listening(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.onClose(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  onClose(close: () => unknown): void {
    this.#closing.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #logger(): Logger {
    return { ...SILENT, warn: (_message, fields) => this.note(String(fields?.["reason"])) };
  }
}

/** Plays on a stage of its own. */
export function onLinks(play: (stage: LinkStage) => Promise<Seen>): () => Promise<Seen> {
  return async () => {
    const stage = new LinkStage();
    try {
      return await play(stage);
    } finally {
      await stage.close();
    }
  };
}
