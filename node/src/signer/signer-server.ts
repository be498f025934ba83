import { createHash, timingSafeEqual } from "node:crypto";
import { mkdirSync, rmSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { EncodingError } from "@deed/protocol/encoding";
import type { Logger } from "../telemetry/logger.ts";
import { checkMinimum } from "./config.ts";
import type { KeySigner } from "./key-signer.ts";
import * as parse from "./parse-request.ts";
import type { AuditMinimum } from "./signer-api.ts";
import { failureOf, SignerError, type SignerFailure } from "./signer-error.ts";
import { encodeWire, LineSplitter, PROTOCOL_VERSION, type WireRequest } from "./wire.ts";

/** Requests of all clients that wait for an answer; above it nothing more is read. */
const MOST_UNDERWAY = 512;

export interface SignerServerOptions {
  readonly socketPath: string;
  /** Whoever knows it may ask for signatures. */
  readonly token: string;
}

export interface SignerServerParts {
  readonly signer: KeySigner;
  readonly logger: Logger;
}

type Methods = Readonly<Record<string, (params: parse.Wire) => Promise<unknown>>>;

/** Serves a signer on a unix socket, to clients that know the token. */
export class SignerServer {
  readonly #options: SignerServerOptions;
  readonly #parts: SignerServerParts;
  readonly #methods: Methods;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #underway = new Set<Promise<void>>();
  #closing = false;

  constructor(options: SignerServerOptions, parts: SignerServerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#methods = methodsOf(parts.signer);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Opens the socket, for its owner alone. */
  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    requireClosedDirectory(dirname(socketPath));
    // The caller holds the lock: a socket that is there belongs to nobody.
    rmSync(socketPath, { force: true });
    const previous = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(socketPath, resolve);
      });
    } finally {
      process.umask(previous);
    }
  }

  /** Refuses new requests, answers those underway, closes. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#server.close();
    await Promise.allSettled([...this.#underway]);
    await this.#parts.signer.drain();
    for (const socket of this.#sockets) socket.end();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const session = { isKnown: false };
    const lines = new LineSplitter((line) => this.#onLine(socket, session, line));
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      if (!lines.push(text)) socket.destroy();
      if (this.#underway.size > MOST_UNDERWAY) socket.pause();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #onAnswered(answered: Promise<void>): void {
    this.#underway.delete(answered);
    if (this.#underway.size > MOST_UNDERWAY / 2) return;
    for (const socket of this.#sockets) if (socket.isPaused()) socket.resume();
  }

  #onLine(socket: Socket, session: { isKnown: boolean }, line: string): void {
    const request = requestOf(line);
    if (request === null) {
      socket.destroy();
      return;
    }
    const answered = this.#answer(session, request).then((result) => {
      if (!socket.destroyed) socket.write(encodeWire({ id: request.id, result }));
    });
    const settled = answered.catch((error: unknown) => this.#refuse(socket, request, error));
    this.#underway.add(settled);
    void settled.finally(() => this.#onAnswered(settled));
  }

  async #answer(session: { isKnown: boolean }, request: WireRequest): Promise<unknown> {
    if (this.#closing) throw new SignerError({ code: "E_CLOSING" });
    if (!session.isKnown) {
      session.isKnown = this.#isHello(request);
      if (!session.isKnown) throw new SignerError({ code: "E_UNAUTHORISED" });
    }
    const method = Object.hasOwn(this.#methods, request.method)
      ? this.#methods[request.method]
      : undefined;
    if (method === undefined) throw new SignerError({ code: "E_TYPE", method: request.method });
    return method(parse.object(request.params ?? {}, "params"));
  }

  #isHello(request: WireRequest): boolean {
    if (request.method !== "hello") return false;
    const params = parse.object(request.params, "params");
    const token = params["token"];
    return typeof token === "string" && sameText(token, this.#options.token);
  }

  #refuse(socket: Socket, request: WireRequest, error: unknown): void {
    const failure = wireFailure(error);
    this.#logRefusal(request.method, failure, error);
    if (socket.destroyed) return;
    socket.write(encodeWire({ id: request.id, error: failure }));
    if (failure.code === "E_UNAUTHORISED") socket.end();
  }

  #logRefusal(method: string, failure: SignerFailure, error: unknown): void {
    const { logger } = this.#parts;
    if (failure.code === "E_INTERNAL") logger.error("Request broke", { method, error });
    else if (failure.code === "E_EQUIVOCATION") logger.error("Equivocation refused", { failure });
    else logger.warn("Request refused", { method, failure });
  }
}

function methodsOf(signer: KeySigner): Methods {
  return {
    hello: async (params) => {
      if (params["version"] !== PROTOCOL_VERSION) {
        throw new SignerError({ code: "E_BAD_REQUEST", field: "version" });
      }
      const minimum = parse.object(params["minimumAudit"] ?? {}, "minimumAudit") as AuditMinimum;
      checkMinimum(minimum);
      signer.requireAudit(minimum);
      return signer.status();
    },
    status: () => signer.status(),
    recordBatch: async (params) => signer.recordBatch(parse.parseBatch(params)),
    commitment: async (params) => signer.commitment(parse.parseCommitment(params)),
    verdict: async (params) => signer.verdict(parse.parseVerdict(params)),
    vote: async (params) => signer.vote(parse.parseVote(params)),
    tlsCaBinding: async (params) => signer.tlsCaBinding(parse.parseCaBinding(params)),
    receipt: async (params) => signer.receipt(parse.parseReceipt(params)),
    transaction: async (params) => signer.transaction(parse.parseTransaction(params)),
    burn: async (params) => signer.burn(parse.parseBurn(params)),
    issueLeaf: async (params) => signer.issueLeaf(parse.parseLeaf(params)),
    caCertificate: () => signer.caCertificate(),
    preimage: async (params) => signer.preimage(parse.count(params, "index")),
    chainTip: () => signer.chainTip(),
    signedBatch: async (params) => signer.signedBatch(parse.count(params, "batchNo")),
  };
}

// Never changed when it is there: it may be one that others need.
function requireClosedDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid } = statSync(path);
  const isOwn = process.getuid === undefined || uid === process.getuid();
  if ((mode & 0o077) !== 0 || !isOwn) {
    throw new SignerError({ code: "E_CONFIG", field: "socketPath: directory open to others" });
  }
}

function requestOf(line: string): WireRequest | null {
  try {
    const request = JSON.parse(line) as WireRequest;
    const isOne = Number.isSafeInteger(request?.id) && typeof request.method === "string";
    return isOne ? request : null;
  } catch {
    return null;
  }
}

function wireFailure(error: unknown): SignerFailure {
  if (error instanceof EncodingError) {
    return { code: "E_BAD_REQUEST", field: error.failure.code };
  }
  return failureOf(error);
}

function sameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
