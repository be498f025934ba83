import type { ApiCollaborators } from "../api-seam.ts";
import type { NodeView } from "./node-view.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { TailFeed } from "./tail-feed.ts";

/** What every route works with. */
export interface ApiContext {
  readonly node: NodeView;
  readonly acceptFire: ApiCollaborators["acceptFire"];
  readonly sandbox: ApiCollaborators["sandbox"];
  readonly tail: TailFeed;
  /** For what costs the node gas or signatures. */
  readonly costly: RateLimiter;
  /** Aborts when the API closes. */
  readonly closing: AbortSignal;
}
