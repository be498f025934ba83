import { isIP } from "node:net";
import { DEFAULT_HTTP_LIMITS, type HttpLimits, MOST_RESPONSE_BYTES } from "./broker/http-limits.ts";
import type { RateOptions } from "./broker/rate-limit.ts";
import { type ConfigFields, wrongType } from "./config-fields.ts";

/** Name servers for names of workflows; none: the system's own way. */
export function nameServersOf(fields: ConfigFields): readonly string[] {
  const servers = fields.texts("nameServers", "a list of addresses");
  for (const server of servers) {
    if (!isNameServer(server)) {
      throw wrongType("nameServers", "addresses such as 9.9.9.9, 10.0.0.2:5353 or [::1]:5353");
    }
  }
  return servers;
}

function isNameServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const isAddress = isIP(six ?? "") === 6 || isIP(four ?? "") === 4;
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535;
}

const DEFAULT_RATE: RateOptions = { perSecond: 500, burst: 500, concurrent: 64, waiting: 1_024 };

/** What one origin gets of this node, over all intents. */
export function originRateOf(fields: ConfigFields): RateOptions {
  const found = fields.section("originRate", (section) => ({
    perSecond: section.count("perSecond", 1, DEFAULT_RATE.perSecond),
    burst: section.count("burst", 1, DEFAULT_RATE.burst),
    concurrent: section.count("concurrent", 1, DEFAULT_RATE.concurrent),
    waiting: section.count("waiting", 0, DEFAULT_RATE.waiting),
  }));
  return found ?? DEFAULT_RATE;
}

/** A head in use has some hundred. */
const LEAST_HEADER_BYTES = 1_024;

/** What one request may take of this node. */
export function httpLimitsOf(fields: ConfigFields): HttpLimits {
  const found = fields.section("http", (section): HttpLimits => {
    const defaults = DEFAULT_HTTP_LIMITS;
    return {
      connectMs: section.count("connectMs", 1, defaults.connectMs),
      firstByteMs: section.count("firstByteMs", 1, defaults.firstByteMs),
      betweenBytesMs: section.count("betweenBytesMs", 1, defaults.betweenBytesMs),
      totalMs: section.count("totalMs", 1, defaults.totalMs),
      requestBytes: section.count("requestBytes", 0, defaults.requestBytes),
      responseBytes: section.count("responseBytes", 1, defaults.responseBytes),
      responseHeaders: section.count("responseHeaders", 1, defaults.responseHeaders),
      headerBytes: section.count("headerBytes", LEAST_HEADER_BYTES, defaults.headerBytes),
    };
  });
  if (found !== null && found.responseBytes > MOST_RESPONSE_BYTES) {
    throw wrongType("http.responseBytes", `a whole number up to ${MOST_RESPONSE_BYTES}`);
  }
  return found ?? DEFAULT_HTTP_LIMITS;
}
