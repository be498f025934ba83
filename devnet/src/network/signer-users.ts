import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Who the signers of a network run as. */
export type SignerUsers =
  /** Signer number `n` as user `firstUid + n`, with a group of the same number. */
  | { readonly kind: "own"; readonly firstUid: number }
  | { readonly kind: "shared"; readonly because: string };

/** Neither accounts nor subordinate ids nor containers are given numbers here (systemd's "Users, Groups, UIDs and GIDs"). */
const FREE_FROM = 1_900_000_000;
/** Where numbers are few, as in a container with 65,536 of them: "reserved" by Debian's policy, 9.2.2. */
const FEW_FROM = 30_000;
const BLOCK = 256;
const BLOCKS = 100_000;
const FEW_BLOCKS = 100;

/** Root gives each signer a user; another network on the machine has others. */
export function signerUsers(directory: string, uid: number | undefined): SignerUsers {
  if (uid !== 0) return { kind: "shared", because: "only root can give each a user of its own" };
  const number = createHash("sha256").update(directory).digest().readUInt32BE(0);
  const candidates = [
    FREE_FROM + BLOCK * (number % BLOCKS),
    FEW_FROM + BLOCK * (number % FEW_BLOCKS),
  ];
  const maps = [readMap("uid_map"), readMap("gid_map")];
  const firstUid = candidates.find((first) => maps.every((map) => isMapped(map, first)));
  if (firstUid !== undefined) return { kind: "own", firstUid };
  return { kind: "shared", because: "this container has no users to give away" };
}

/** For the first lines of a start. */
export function renderSignerUsers(users: SignerUsers, operators: number): string {
  if (users.kind === "shared") {
    return `Signers run as the nodes' own user, who can read their keys: ${users.because}.`;
  }
  const { firstUid } = users;
  return `Each signer runs as a user of its own (${firstUid + 1} to ${firstUid + operators}); the nodes run as root, who can read everything.`;
}

/** @param map `inside outside count`, a line for each range; null where the system has none. */
export function isMapped(map: string | null, first: number): boolean {
  if (map === null) return true;
  return map
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([inside = 0, , count = 0]) => first >= inside && first + BLOCK <= inside + count);
}

function readMap(name: string): string | null {
  try {
    return readFileSync(`/proc/self/${name}`, "utf8");
  } catch {
    return null;
  }
}
