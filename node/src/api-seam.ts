import type { DoorConfig } from "./config-links.ts";
import type { NodeContext } from "./roles/context.ts";
import type { AcceptedFire, SignedFire } from "./roles/watch/accept-fire.ts";
import type { SandboxState } from "./sandbox/live-sandbox.ts";

/** What the node's HTTP interface works with. */
export interface ApiCollaborators {
  readonly context: NodeContext;
  /** Checks, stores and passes on a fire. Errors: FireError. */
  readonly acceptFire: (fire: SignedFire) => Promise<AcceptedFire>;
  /** How its sandbox is; null for a node that executes nothing. */
  readonly sandbox: () => SandboxState | null;
}

export interface RunningApi {
  /** `http://host:port`, or `https`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the HTTP interface; `api` brings it. */
export type StartApi = (
  options: DoorConfig,
  collaborators: ApiCollaborators,
) => Promise<RunningApi>;
