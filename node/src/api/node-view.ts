import type { ApiCollaborators } from "../api-seam.ts";

/** What the routes need of a node. */
export type NodeView = ApiCollaborators["context"];
