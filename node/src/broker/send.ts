import type { IncomingHttpHeaders } from "node:http";
import { type HttpResponse, KEPT_HEADERS } from "@deed/protocol/runtime";
import type { Client, Dispatcher } from "undici";
import { BodyBytes } from "./body-bytes.ts";
import { BrokerError } from "./broker-error.ts";
import type { HttpLimits } from "./http-limits.ts";

export interface SendRequest {
  readonly url: URL;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
}

export type SendLimits = Pick<
  HttpLimits,
  "responseBytes" | "responseHeaders" | "firstByteMs" | "betweenBytesMs"
>;

/** What became of a request. `unsent`: not a byte of it has left. `unknown`: some may have arrived. */
export type SendOutcome =
  | { readonly kind: "response"; readonly response: HttpResponse }
  | { readonly kind: "unsent"; readonly error: BrokerError }
  | {
      readonly kind: "unknown";
      readonly error: BrokerError;
      /** The connection ended without an answer. */
      readonly isUnanswered: boolean;
    };

/** Sends one request, follows nothing, retries nothing. Never rejects. */
export function send(
  client: Client,
  request: SendRequest,
  limits: SendLimits,
  signal: AbortSignal,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    const exchange = new Exchange({ limits, hasBody: request.method !== "HEAD" }, signal, resolve);
    if (signal.aborted) {
      exchange.fail(expired());
      return;
    }
    try {
      client.dispatch(
        {
          path: `${request.url.pathname}${request.url.search}`,
          method: request.method,
          headers: { ...request.headers },
          body: request.body,
        },
        exchange,
      );
    } catch (error) {
      exchange.fail(error);
    }
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #limits: SendLimits;
  readonly #signal: AbortSignal;
  readonly #resolve: (outcome: SendOutcome) => void;
  readonly #hasBody: boolean;
  readonly #body: BodyBytes;
  #head: Pick<HttpResponse, "status" | "headers"> | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #quiet: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(
    options: { readonly limits: SendLimits; readonly hasBody: boolean },
    signal: AbortSignal,
    resolve: (outcome: SendOutcome) => void,
  ) {
    this.#limits = options.limits;
    this.#hasBody = options.hasBody;
    this.#body = new BodyBytes(options.limits.responseBytes);
    this.#signal = signal;
    this.#resolve = resolve;
    signal.addEventListener("abort", this.#expire, { once: true });
  }

  // undici calls this when the request has a connection, before its first byte is written.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver || this.#signal.aborted) {
      controller.abort(expired());
      return;
    }
    this.#controller = controller;
    this.#expectWithin(this.#limits.firstByteMs);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 1xx come before the response and say nothing about it.
    if (status < 200) return;
    const refusal = this.#refusalOf(controller, { status, headers });
    if (refusal !== null) {
      controller.abort(refusal);
      return;
    }
    this.#expectWithin(this.#limits.betweenBytesMs);
    this.#head = { status, headers: keptHeaders(headers) };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#body.add(chunk)) {
      controller.abort(this.#tooLarge());
      return;
    }
    this.#quiet?.refresh();
  }

  onResponseEnd(): void {
    if (this.#head === null) {
      this.fail(new BrokerError("INVALID_RESPONSE", "no head"));
      return;
    }
    this.#end({ kind: "response", response: { ...this.#head, body: this.#body.text() } });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    if (this.#controller === null) {
      this.#end({ kind: "unsent", error: unsentError(error) });
      return;
    }
    const isUnanswered =
      this.#head === null && !(error instanceof BrokerError) && !isNotHttp(error);
    this.#end({ kind: "unknown", error: brokenError(error), isUnanswered });
  }

  #refusalOf(
    controller: Dispatcher.DispatchController,
    { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
  ): BrokerError | null {
    // Raw: a name that comes a thousand times is a thousand lines.
    const lines = Array.isArray(controller.rawHeaders) ? controller.rawHeaders.length / 2 : 0;
    if (lines > this.#limits.responseHeaders) {
      return new BrokerError("INVALID_RESPONSE", "too many headers");
    }
    if (!isIdentity(headers["content-encoding"])) {
      return new BrokerError("INVALID_RESPONSE", "content-encoding was not asked for");
    }
    if (!isChunkedAtMost(headers["transfer-encoding"])) {
      return new BrokerError("INVALID_RESPONSE", "transfer-encoding was not asked for");
    }
    // It says so itself: not a byte of it is read.
    const isTooLarge = Number(headers["content-length"] ?? 0) > this.#limits.responseBytes;
    return isTooLarge && this.#hasBody && status !== 304 ? this.#tooLarge() : null;
  }

  #tooLarge(): BrokerError {
    return new BrokerError("BODY_TOO_LARGE", `more than ${this.#limits.responseBytes} bytes`);
  }

  #expectWithin(ms: number): void {
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#quiet = setTimeout(this.#expire, ms);
  }

  readonly #expire = (): void => {
    // With a controller, undici reports the abort as the request's error.
    if (this.#controller !== null) this.#controller.abort(expired());
    else this.fail(expired());
  };

  #end(outcome: SendOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#quiet !== null) clearTimeout(this.#quiet);
    this.#signal.removeEventListener("abort", this.#expire);
    this.#resolve(outcome);
  }
}

/** Absent, or `identity` and nothing else, in however many lines it stands. */
function isIdentity(encoding: string | readonly string[] | undefined): boolean {
  return [encoding ?? "identity"].flat().every((text) => text.trim().toLowerCase() === "identity");
}

/** Compression by the transfer is compression, too. */
function isChunkedAtMost(encoding: string | readonly string[] | undefined): boolean {
  return [encoding ?? []].flat().every((text) => text.trim().toLowerCase() === "chunked");
}

/** Those that the runtime keeps; a transcript must not depend on the rest. */
function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return kept;
}

function expired(): BrokerError {
  return new BrokerError("TIMEOUT", "no complete response in time");
}

// Messages are ours and constant: a library's wording would differ between its versions. Codes say
// whether anything may have been sent (the runtime's table of effect errors).

function unsentError(error: unknown): BrokerError {
  if (error instanceof BrokerError && error.code !== "TIMEOUT") return error;
  const code = codeOf(error);
  if (code === "UND_ERR_INVALID_ARG")
    return new BrokerError("NOT_PERMITTED", "not a valid request");
  return TLS_CODE.test(code)
    ? new BrokerError("TLS", "the server's certificate or TLS was refused")
    : new BrokerError("UNREACHABLE", "no connection");
}

function brokenError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return isNotHttp(error)
    ? new BrokerError("INVALID_RESPONSE", "not HTTP")
    : new BrokerError("INVALID_RESPONSE", "the connection broke");
}

function isNotHttp(error: unknown): boolean {
  const code = codeOf(error);
  const isParserError = error instanceof Error && error.name === "HTTPParserError";
  return isParserError || code === "UND_ERR_HEADERS_OVERFLOW" || code.startsWith("HPE_");
}

// Of the handshake (OpenSSL's and Node's) and of a chain of certificates (X509_V_ERR_…, as Node names them).
const TLS_CODE =
  /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|CRL_|DEPTH_ZERO|ERROR_IN_|HOSTNAME_|INVALID_|PATH_|SELF_SIGNED|UNABLE_TO_|UNSPECIFIED)/;

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
