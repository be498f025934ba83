import { NODE_API_VERSION, refusalMessage } from "@deed/sdk";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import type { DoorCertificate } from "../links/door-certificate.ts";
import { doorContextOptions } from "../links/secure-context.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ApiContext } from "./api-context.ts";
import { type ApiFailure, refusal } from "./api-error.ts";
import { rateLimited } from "./costly.ts";
import { failureOf } from "./error-answer.ts";
import { executionRoutes } from "./execution-routes.ts";
import { hostName, isLoopbackName } from "./host-name.ts";
import { intentRoutes } from "./intent-routes.ts";
import { metricsRoute, nodeRoutes } from "./node-routes.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { tailRoute } from "./tail-route.ts";

export interface ServerOptions {
  /** Nobody but this machine reaches it: foreign host names are refused. */
  readonly isLoopback: boolean;
  readonly hasMetrics: boolean;
  /** Null: plain HTTP. */
  readonly tls: DoorCertificate | null;
}

export interface ServerParts {
  readonly context: ApiContext;
  readonly limiter: RateLimiter;
  readonly logger: Logger;
}

const BODY_BYTES = 128 * 1024;
const REQUEST_MS = 60_000;

/** The server with all its routes, not listening yet. */
export async function createServer(
  options: ServerOptions,
  parts: ServerParts,
): Promise<FastifyInstance> {
  const server = openServer(options.tls);
  // Answers are typed by what sends them; a second serialiser could only lose something.
  server.setSerializerCompiler(() => (value) => JSON.stringify(value));
  answerErrors(server, parts.logger);
  guard(server, options, parts.limiter);
  await server.register(swagger, { openapi: openApi, hideUntagged: false });
  server.after(() => {
    addRoutes(server, options, parts.context);
  });
  await server.ready();
  return server;
}

function openServer(tls: DoorCertificate | null): FastifyInstance {
  const options = {
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: "idle",
    // Shapes say exactly what is wanted: nothing is bent into place, nothing dropped.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  } as const;
  if (tls === null) return Fastify(options);
  const server = Fastify({ ...options, https: doorContextOptions(tls.current) });
  tls.onChanged((material) => server.server.setSecureContext(doorContextOptions(material)));
  // Its routes are the same; only the types of its sockets differ.
  return server as unknown as FastifyInstance;
}

function addRoutes(server: FastifyInstance, options: ServerOptions, context: ApiContext): void {
  server.addHook("onRoute", (route) => {
    const { schema } = route;
    if (schema === undefined || schema.hide === true) return;
    const response = (schema.response ?? {}) as Record<string, unknown>;
    route.schema = { ...schema, response: { ...response, default: refusalMessage.schema } };
  });
  nodeRoutes(server, context);
  intentRoutes(server, context);
  executionRoutes(server, context);
  tailRoute(server, context);
  if (options.hasMetrics) metricsRoute(server, context);
  server.get("/openapi.json", { schema: { hide: true } }, async () => server.swagger());
}

const openApi = {
  openapi: "3.1.0",
  info: {
    title: "Deed node",
    description:
      "Relays signed intents, shows what the node knows of the ledger, gives out bundles.",
    version: NODE_API_VERSION,
  },
} as const;

// Everything behind it is public or authorised by a signature, so other origins may ask; but a name
// that somebody points at this machine (DNS rebinding) is not one of its names.
function guard(server: FastifyInstance, options: ServerOptions, limiter: RateLimiter): void {
  server.addHook("onRequest", async (request, reply) => {
    void reply.header("access-control-allow-origin", "*");
    void reply.header("x-content-type-options", "nosniff");
    const host = hostName(request.headers.host ?? "");
    if (options.isLoopback && !isLoopbackName(host)) {
      const remedy = "Use the address that the node printed.";
      throw refusal("API_HOST_REFUSED", `'${host}' is no name of this machine`, remedy);
    }
    const waitMs = limiter.take(request.ip);
    if (waitMs > 0) throw rateLimited(waitMs);
  });
  server.options("/*", { schema: { hide: true } }, async (_request, reply) => {
    await reply
      .header("access-control-allow-methods", "GET, POST")
      .header("access-control-allow-headers", "content-type, last-event-id")
      .header("access-control-max-age", "600")
      .status(204)
      .send();
  });
}

function answerErrors(server: FastifyInstance, logger: Logger): void {
  server.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const failure = failureOf(error);
    if (failure.status >= 500) {
      logger.warn("API call failed", { route: request.routeOptions.url, error });
    }
    await answer(reply, failure);
  });
  server.setNotFoundHandler(async (_request, reply) => {
    const remedy = "See /openapi.json for the calls that there are.";
    await answer(reply, refusal("API_NOT_FOUND", "there is no such call", remedy).failure);
  });
}

async function answer(reply: FastifyReply, failure: ApiFailure): Promise<void> {
  const { status, code, message, remedy } = failure;
  if (status === 429) void reply.header("retry-after", "1");
  await reply.status(status).send({ error: { code, message, remedy } });
}
