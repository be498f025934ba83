import type { FastifyRequest } from "fastify";
import type { ApiContext } from "./api-context.ts";
import { refusal } from "./api-error.ts";

/** Takes one of the remote's turns for what costs the node gas or a signature. @throws ApiError API_RATE_LIMITED */
export function spend(context: ApiContext, request: FastifyRequest): void {
  const waitMs = context.costly.take(request.ip);
  if (waitMs > 0) throw rateLimited(waitMs);
}

export function rateLimited(waitMs: number): Error {
  const seconds = Math.ceil(waitMs / 1000);
  return refusal("API_RATE_LIMITED", "too many requests", `Wait ${seconds} s.`);
}
