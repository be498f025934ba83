import { isIP } from "node:net";
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
