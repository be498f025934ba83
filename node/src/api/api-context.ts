import type { ApiCollaborators } from "../api-seam.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { TailFeed } from "./tail-feed.ts";

/** What the routes need of a node. */
export type NodeView = ApiCollaborators["context"];

/** What every route works with. */
export interface ApiContext {
  readonly node: NodeView;
  readonly acceptFire: ApiCollaborators["acceptFire"];
  readonly tail: TailFeed;
  /** For what costs the node gas or signatures. */
  readonly costly: RateLimiter;
  /** Aborts when the API closes. */
  readonly closing: AbortSignal;
}
