import { createHash, timingSafeEqual } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, statSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { EncodingError } from "@deed/protocol/encoding";
import type { Logger } from "../telemetry/logger.ts";
import { checkMinimum } from "./config.ts";
import type { KeySigner } from "./key-signer.ts";
import * as parse from "./parse-request.ts";
import type { AuditMinimum } from "./signer-api.ts";
import { failureOf, SignerError, type SignerFailure } from "./signer-error.ts";
import { signerRemedy } from "./signer-remedy.ts";
import { encodeWire, LineSplitter, PROTOCOL_VERSION, type WireRequest } from "./wire.ts";

/** Requests of all clients that wait for an answer; above it nothing more is read. */
const MOST_UNDERWAY = 512;
/** A node has one or two; whoever opens more is none. */
const MOST_CONNECTIONS = 64;
/** Of what was said before the token, in characters. */
const LONGEST_GREETING = 4_096;
const GREETING_MS = 5_000;

export interface SignerServerOptions {
  readonly socketPath: string;
  /** Whoever knows it may ask for signatures. */
  readonly token: string;
  /** Whose members may connect, too; left out, the owner alone. */
  readonly clientGid?: number | undefined;
  /** How long a connection may say nothing of worth. Default 5 s. */
  readonly greetingMs?: number;
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
    this.#server = createServer((socket) => this.accept(socket));
  }

  /** Opens the socket, for its owner and the clients' group alone. Errors: E_CONFIG. */
  async listen(): Promise<void> {
    const { socketPath, clientGid } = this.#options;
    requireClosedDirectory(dirname(socketPath), clientGid);
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
    if (clientGid !== undefined) openToGroup(socketPath, clientGid, 0o660);
  }

  /** Refuses new requests, answers those underway, closes. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#server.close();
    await Promise.allSettled([...this.#underway]);
    await this.#parts.signer.drain();
    for (const socket of this.#sockets) socket.end();
  }

  /** Serves a connection, whichever door it came by: it has to know the token. */
  accept(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.#sockets.size >= MOST_CONNECTIONS) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const session = { isKnown: false, said: 0 };
    const { greetingMs = GREETING_MS } = this.#options;
    // One that stays silent would keep its place for ever.
    const timer = setTimeout(() => {
      if (!session.isKnown) socket.destroy();
    }, greetingMs);
    const lines = new LineSplitter((line) => this.#onLine(socket, session, line));
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      session.said += text.length;
      const isTooLong = !session.isKnown && session.said > LONGEST_GREETING;
      if (isTooLong || !lines.push(text)) socket.destroy();
      if (this.#underway.size > MOST_UNDERWAY) socket.pause();
    });
    socket.on("close", () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
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
    else {
      const told = { method, failure, remedy: signerRemedy(failure) };
      if (failure.code === "E_EQUIVOCATION") logger.error("Equivocation refused", told);
      else logger.warn("Request refused", told);
    }
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
    observe: async (params) => signer.observe(parse.parseSight(params)),
    settle: () => signer.settle(),
    recordBatch: async (params) => signer.recordBatch(parse.parseBatch(params)),
    commitment: async (params) => signer.commitment(parse.parseCommitment(params)),
    verdict: async (params) => signer.verdict(parse.parseVerdict(params)),
    vote: async (params) => signer.vote(parse.parseVote(params)),
    auditCheckpoint: async (params) =>
      signer.auditCheckpoint(parse.count(params, "no"), parse.begun(params)),
    tlsCaBinding: async (params) => signer.tlsCaBinding(parse.parseCaBinding(params)),
    sealingKeyBinding: async (params) =>
      signer.sealingKeyBinding(parse.parseSealingBinding(params)),
    open: async (params) => signer.open(parse.parseBoxToOpen(params)),
    keyRotation: async (params) => signer.keyRotation(parse.parseKeyRotation(params)),
    receipt: async (params) => signer.receipt(parse.parseReceipt(params)),
    witness: async (params) => signer.witness(parse.parseWitnessed(params)),
    transaction: async (params) => signer.transaction(parse.parseTransaction(params)),
    burn: async (params) => signer.burn(parse.parseBurn(params)),
    issueLeaf: async (params) => signer.issueLeaf(parse.parseLeaf(params)),
    caCertificate: async (params) => signer.caCertificate(parse.parseCaHash(params)),
    preimage: async (params) => signer.preimage(parse.parsePosition(params)),
    chainTip: async (params) => signer.chainTip(parse.parseChainName(params)),
    chainInForce: async (params) => signer.chainInForce(parse.parsePosition(params)),
    addKeySet: () => signer.addKeySet(),
    signedBatch: async (params) => signer.signedBatch(parse.count(params, "batchNo")),
  };
}

// Never changed when it is there: it may be one that others need. Who may write there could put another socket in place.
function requireClosedDirectory(path: string, clientGid: number | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid, gid } = statSync(path);
  const own = process.getuid?.() ?? uid;
  // Whoever made a link to it could let it lead elsewhere, too.
  const isOwn = uid === own && [own, 0].includes(lstatSync(path).uid);
  const refused = clientGid !== undefined && gid === clientGid ? 0o027 : 0o077;
  if ((mode & refused) !== 0 || !isOwn) {
    throw new SignerError({ code: "E_CONFIG", field: "socketPath: directory open to others" });
  }
}

/** Lets a group use what its owner alone could. Errors: E_CONFIG, where the owner is no member of it. */
export function openToGroup(path: string, gid: number, mode: number): void {
  try {
    chownSync(path, statSync(path).uid, gid);
    chmodSync(path, mode);
  } catch (error) {
    throw new SignerError({ code: "E_CONFIG", field: "clientGid" }, { cause: error });
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
