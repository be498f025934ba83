import type { LookupFunction } from "node:net";

const ADDRESSES = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** For connections in plaintext to `localhost`: this machine, whatever a hosts file or a name server says. */
export const localhostLookup: LookupFunction = (_name, { all }, callback) => {
  if (all === true) callback(null, ADDRESSES);
  else callback(null, "127.0.0.1", 4);
};
