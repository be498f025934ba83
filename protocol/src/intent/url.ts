import type { ComputedTemplate } from "./computed.ts";
import type { Report } from "./report.ts";
import { type ScalarTree, spanInside } from "./tree.ts";

/** Scheme, host and port of a URL template, or null when the report says why not. */
export function readOrigin(
  scalar: ScalarTree,
  template: ComputedTemplate,
  allowsPlain: boolean,
  report: Report,
): string | null {
  const [first] = template.parts;
  const literal = typeof first === "string" ? first : "";
  const match = /^(https?):\/\/([^/?#\\]*)/i.exec(literal);
  const placeholder = template.parts.find((part) => typeof part !== "string");
  const endsInside = match !== null && match[0].length === literal.length;
  if (placeholder !== undefined && (first === placeholder || match === null || endsInside)) {
    const span = spanInside(scalar, placeholder.start, placeholder.end);
    const hint = "scheme, host and port are what you sign: a value may come after the first /";
    report.add("DEED_ORIGIN_NOT_LITERAL", span, "a URL's origin must be literal", { hint });
    return null;
  }
  if (match === null) {
    const hint = "for example https://api.example.com/price";
    report.add("DEED_URL", scalar.span, "not an http or https URL", { hint });
    return null;
  }
  const scheme = match[1]!.toLowerCase();
  const host = readAuthority(scheme, match[2]!);
  const problem = host.problem ?? problemOfRest(template);
  if (problem !== null) {
    report.add("DEED_URL", scalar.span, problem);
    return null;
  }
  if (scheme === "http") judgePlain(scalar, host.name, allowsPlain, report);
  return `${scheme}://${host.name}${host.port}`;
}

function judgePlain(scalar: ScalarTree, host: string, allowsPlain: boolean, report: Report): void {
  const message = "http is neither secret nor authentic on its way";
  if (allowsPlain || isLoopback(host)) {
    report.add("DEED_PLAIN_HTTP", scalar.span, message);
  } else {
    const hint = "use https, or write `insecure: true` beside the URL";
    report.add("DEED_HTTPS_REQUIRED", scalar.span, message, { hint });
  }
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./.test(host)
  );
}

interface Host {
  readonly name: string;
  /** With its colon; empty for the scheme's own. */
  readonly port: string;
  readonly problem: string | null;
}

function readAuthority(scheme: string, authority: string): Host {
  const bad = (problem: string): Host => ({ name: "", port: "", problem });
  if (authority.includes("@")) return bad("no user or password may stand in a URL");
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/.exec(authority);
  if (match === null) return bad("this is no host name; international names are written as xn--…");
  const name = (match[1] as string).toLowerCase();
  if (!isHostName(name)) return bad(`'${name}' is no host name`);
  const port = match[2] === undefined ? null : Number(match[2]);
  if (port !== null && (port < 1 || port > 65_535)) return bad("a port is between 1 and 65535");
  const own = scheme === "https" ? 443 : 80;
  return { name, port: port === null || port === own ? "" : `:${port}`, problem: null };
}

// Addresses have many spellings: of IPv4 one is allowed, of IPv6 only the loopback address.
function isHostName(name: string): boolean {
  if (name.startsWith("[")) return name === "[::1]";
  const labels = name.split(".");
  if (/^(0x[0-9a-f]*|[0-9]+)$/.test(labels.at(-1) as string)) {
    return (
      labels.length === 4 &&
      labels.every((label) => /^(0|[1-9][0-9]{0,2})$/.test(label) && Number(label) < 256)
    );
  }
  return name.length <= 253 && labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
}

function problemOfRest({ parts }: ComputedTemplate): string | null {
  const rest = parts.map((part) => (typeof part === "string" ? part : "x")).join("");
  if (rest.length > 2048) return "longer than 2048 characters";
  if (rest.includes("#")) return "a fragment is never sent: take it out";
  const bad = /[^A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/.exec(rest);
  if (bad !== null) return `'${bad[0]}' must be percent-encoded in a URL`;
  const path = (rest.split("?", 1)[0] as string).split("/").slice(3);
  return path.some((segment) => /^(\.|%2e){1,2}$/i.test(segment))
    ? "'..' may not stand in a URL's path"
    : null;
}
