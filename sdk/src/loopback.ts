const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/;

/**
 * Does this address lead to this machine alone? Only its form decides, because a name may lead elsewhere tomorrow:
 * addresses in 127.0.0.0/8 however they are written, `::1`, and `localhost` (RFC 6761).
 */
export function isLoopbackUrl(url: string | URL): boolean {
  // Parsing writes integers, octal digits and mapped addresses in one way.
  return LOOPBACK.test(new URL(url).hostname);
}
