import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApiContext } from "./api-context.ts";
import { refusal } from "./api-error.ts";
import { eventText, parsePosition, type TailPosition } from "./tail-feed.ts";

/** Between two signs of life, so that nothing in between cuts an idle stream. */
const COMMENT_MS = 15_000;
const RETRY_MS = 1_000;

/** Ledger facts as server-sent events. `Last-Event-ID`, or `?after=`, goes on after a position. */
export function tailRoute(server: FastifyInstance, context: ApiContext): void {
  server.get<{ Querystring: { readonly after?: string } }>(
    "/v1/tail",
    {
      schema: {
        summary: "Ledger facts in order, as server-sent events",
        querystring: {
          type: "object",
          properties: { after: { type: "string", pattern: "^\\d{1,15}-\\d{1,15}$" } },
        },
        produces: ["text/event-stream"],
      },
    },
    async (request, reply) => {
      const after = startOf(context, request);
      reply.hijack();
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const headers = reply.getHeaders() as Record<string, string>;
      await stream(
        context,
        reply.raw,
        headers,
        after,
        AbortSignal.any([gone.signal, context.closing]),
      );
    },
  );
}

function startOf(
  context: ApiContext,
  request: FastifyRequest<{ Querystring: { readonly after?: string } }>,
): TailPosition {
  const given = request.headers["last-event-id"] ?? request.query.after;
  if (given === undefined) return context.tail.end;
  const position = parsePosition(String(given));
  if (position !== null) return position;
  throw refusal(
    "API_INVALID_REQUEST",
    "no position of the ledger",
    "`block-log`, as `id` gave it.",
  );
}

async function stream(
  context: ApiContext,
  raw: ServerResponse,
  headers: Record<string, string>,
  after: TailPosition,
  signal: AbortSignal,
): Promise<void> {
  raw.writeHead(200, {
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
  });
  raw.write(`retry: ${RETRY_MS}\n: from ${after.block}\n\n`);
  const timer = setInterval(() => raw.write(":\n\n"), COMMENT_MS);
  try {
    for await (const event of context.tail.follow(after, signal)) {
      // A reader that is slower than the ledger holds only itself up.
      if (!raw.write(eventText(event))) await once(raw, "drain", { signal });
    }
  } catch (error) {
    if (!signal.aborted) context.node.logger.debug("Tail ended", { error: String(error) });
  } finally {
    clearInterval(timer);
    raw.end();
  }
}
