import { isLoopbackUrl } from "@deed/sdk";

/** The name in a `Host` header, without its port. */
export function hostName(header: string): string {
  return header.replace(/:\d+$/, "").toLowerCase();
}

/** Is it one of this machine's own names? */
export function isLoopbackName(name: string): boolean {
  const url = `http://${name}`;
  return /^[\w.:[\]-]+$/.test(name) && URL.canParse(url) && isLoopbackUrl(url);
}
