import { type Hex, isHex } from "@deed/protocol/encoding";
import { refusal } from "./api-error.ts";

// What stands in paths and queries, read once.

export const hashParams = {
  type: "object",
  required: ["hash"],
  properties: { hash: { type: "string", pattern: "^0x[0-9a-fA-F]{64}$" } },
} as const;

export const pageQuery = {
  type: "object",
  properties: {
    before: { type: "string", pattern: "^[0-9]{1,15}$" },
    limit: { type: "string", pattern: "^[0-9]{1,4}$" },
  },
} as const;

export const ownerPageQuery = {
  type: "object",
  properties: {
    before: { type: "string", pattern: "^[0-9]{1,15}$" },
    limit: { type: "string", pattern: "^[0-9]{1,4}$" },
    owner: { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" },
  },
} as const;

export interface HashParams {
  readonly hash: string;
}

export interface PageQuery {
  readonly before?: string;
  readonly limit?: string;
  readonly owner?: string;
}

/** Most rows of one page. */
export const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** A hash of a path, in lower case. */
export function hashOf({ hash }: HashParams): Hex {
  const lower = hash.toLowerCase();
  if (isHex(lower, 32)) return lower;
  throw refusal("API_INVALID_REQUEST", "not a hash", "32 bytes in hexadecimal after `0x`.");
}

export interface Page {
  readonly before: number;
  readonly limit: number;
}

/** Newest first, so without `before` it begins at the end. */
export function pageOf({ before, limit }: PageQuery): Page {
  return {
    before: before === undefined ? Number.MAX_SAFE_INTEGER : Number(before),
    limit: Math.min(MAX_PAGE, Math.max(1, limit === undefined ? DEFAULT_PAGE : Number(limit))),
  };
}
