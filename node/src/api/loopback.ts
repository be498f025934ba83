/** Host names and addresses of this machine alone. */
export const LOOPBACK_HOST: RegExp = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** The name in a `Host` header, without its port. */
export function hostName(header: string): string {
  return header.replace(/:\d+$/, "").toLowerCase();
}
