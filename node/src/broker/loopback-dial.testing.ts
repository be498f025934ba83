import { isIP } from "node:net";
import type { Resolve } from "./connect.ts";
import { type Dial, dialBySockets } from "./dial.ts";

/** Stands in for the network: what is dialled is noted, and reached on loopback at the same port. */
export interface LoopbackDial {
  readonly dial: Dial;
  /** Every address that a connection would have gone to. */
  readonly dialled: readonly string[];
}

/** Tests speak to loopback alone; the address that would have been dialled is all that they lack. */
export function openLoopbackDial(): LoopbackDial {
  const dialled: string[] = [];
  const dial: Dial = (options, callback) => {
    let there = options.host;
    if (isIP(there) !== 0) dialled.push(there);
    const lookup: Resolve = (_loopback, asked, answered) =>
      options.lookup(options.host, asked, (error, address, family) => {
        if (error !== null) return answered(error, address, family);
        const all = typeof address === "string" ? [{ address, family: family ?? 4 }] : address;
        there = all[0]?.address ?? "";
        dialled.push(...all.map((entry) => entry.address));
        return asked.all === true
          ? answered(null, [{ address: "127.0.0.1", family: 4 }])
          : answered(null, "127.0.0.1", 4);
      });
    const host = isIP(options.host) === 0 ? options.host : "127.0.0.1";
    return dialBySockets({ ...options, host, lookup }, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      Object.defineProperty(socket, "remoteAddress", { value: there });
      return callback(null, socket);
    });
  };
  return { dial, dialled };
}

/** Every name leads to these. */
export function resolveTo(...addresses: readonly string[]): Resolve {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    if (options.all === true) return callback(null, [...all]);
    return callback(null, all[0]?.address ?? "", all[0]?.family ?? 4);
  };
}
