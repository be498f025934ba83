import type { Report } from "./report.ts";
import type { Span } from "./tree.ts";

interface TokenShape {
  readonly name: string;
  readonly pattern: RegExp;
  /** A hash has the same shape: not judged inside arguments and expressions. */
  readonly alsoHash?: true;
}

const SHAPES: readonly TokenShape[] = [
  { name: "a bearer token", pattern: /\b(?:Bearer|Basic|Token)\s+[A-Za-z0-9._~+/-]{16,}=*/gi },
  {
    name: "a JSON web token",
    pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  },
  { name: "an AWS key", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  {
    name: "a GitHub token",
    pattern: /\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/g,
  },
  { name: "a Slack token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  {
    name: "a Slack webhook",
    pattern: /hooks\.slack\.com\/services\/T[A-Za-z0-9]+\/B[A-Za-z0-9]+\/[A-Za-z0-9]+/g,
  },
  {
    name: "a Discord webhook",
    pattern: /discord(?:app)?\.com\/api\/webhooks\/[0-9]+\/[A-Za-z0-9_-]{20,}/g,
  },
  {
    name: "a Telegram bot token",
    pattern: /(?:\b|(?<=\bbot))[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  },
  {
    name: "an API key",
    pattern: /\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{10,}/g,
  },
  { name: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { name: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/g },
  { name: "a password in a URL", pattern: /:\/\/[^\s/:@"'{}]+:[^\s/@"'{}]+@/g },
  {
    name: "a private key",
    pattern: /(?<![0-9A-Za-z])(?:0x)?[0-9a-fA-F]{64}(?![0-9A-Za-z])/g,
    alsoHash: true,
  },
];

/**
 * What looks like a credential is refused, in comments too: all of the file becomes public.
 * @param hashes Where 32-byte values are at home: arguments of calls, expressions.
 */
export function refuseTokens(source: string, hashes: readonly Span[], report: Report): void {
  for (const { name, pattern, alsoHash } of SHAPES) {
    for (const match of source.matchAll(pattern)) {
      const span = { start: match.index, end: match.index + match[0].length };
      const isAtHome = hashes.some(({ start, end }) => start <= span.start && span.end <= end);
      if (alsoHash === true && isAtHome) continue;
      report.add("DEED_TOKEN_LITERAL", span, `this looks like ${name}`, {
        hint: "everything that is registered is public for ever: take it out, and replace it where it is in use",
      });
    }
  }
}

const SHOWN = 4;

/** A text in which whatever looks like a credential is stars behind its first characters; as long as before. */
export function maskTokens(text: string): string {
  return SHAPES.reduce(
    (masked, { pattern }) =>
      masked.replaceAll(
        pattern,
        (found) => found.slice(0, SHOWN) + "*".repeat(found.length - SHOWN),
      ),
    text,
  );
}
