import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Addresses that a workflow may not reach: this host, private networks, links, carriers' and test
 * networks, multicast, and cloud metadata (RFC 6890 and what clouds add to it).
 */
const REFUSED_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["168.63.129.16", 32],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

// Inside 2000::/3, the only block that is routed. Everything outside it is refused as a whole:
// loopback, mapped and compatible IPv4, NAT64, unique local, link-local, multicast.
const REFUSED_IPV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

const refused = new BlockList();
for (const [network, bits] of REFUSED_IPV4) refused.addSubnet(network, bits, "ipv4");
for (const [network, bits] of REFUSED_IPV6) refused.addSubnet(network, bits, "ipv6");
const routed = new BlockList();
routed.addSubnet("2000::", 3, "ipv6");

/** May a workflow connect to this address without the operator's permission? */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, "ipv4");
    case 6:
      return routed.check(address, "ipv6") && !refused.check(address, "ipv6");
    default:
      return false;
  }
}

/** What this host itself can be reached by. */
export function addressesOfThisHost(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map(({ address }) => address),
  );
}

/** Is an address one of these, however it is spelled? */
export function among(addresses: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const address of addresses) {
    const family = isIP(address);
    if (family !== 0) list.addAddress(address, familyName(family));
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyName(isIP(address)));
}

function familyName(family: number): "ipv4" | "ipv6" {
  return family === 4 ? "ipv4" : "ipv6";
}
