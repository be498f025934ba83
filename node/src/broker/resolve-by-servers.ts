import type { LookupAddress } from "node:dns";
import { Resolver } from "node:dns";
import type { Resolve } from "./connect.ts";

const TRIES = 2;
const TIMEOUT_MS = 2_000;

/**
 * Asks the operator's name servers for names of workflows, and nothing else of this system: no hosts file, no search
 * domains. What they answer is checked as any other address is.
 * @param servers `address` or `address:port`
 */
export function resolveByServers(servers: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  resolver.setServers(servers);
  return (hostname, options, callback) => {
    const wanted = [4, 6].filter((family) => !options.family || options.family === family);
    Promise.all(wanted.map((family) => ask(resolver, hostname, family))).then(
      (answers) => {
        const all = answers.flat();
        const [first] = all;
        if (first === undefined) callback(notFound(hostname), "", 4);
        else if (options.all === true) callback(null, all);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 4),
    );
  };
}

// A family without addresses is no error: the other one may have some.
function ask(resolver: Resolver, hostname: string, family: number): Promise<LookupAddress[]> {
  return new Promise((resolve) => {
    const answered = (error: Error | null, addresses: readonly string[]): void =>
      resolve(error === null ? addresses.map((address) => ({ address, family })) : []);
    if (family === 4) resolver.resolve4(hostname, answered);
    else resolver.resolve6(hostname, answered);
  });
}

function notFound(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`no address of ${hostname}`);
  error.code = "ENOTFOUND";
  return error;
}
