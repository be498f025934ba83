import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { judgeLink } from "./judge-link.ts";
import { makeLinkEnd } from "./make-link.ts";

const NOW_SEC = 1_800_000_000;
const end = await makeLinkEnd({ name: "end", fromSec: NOW_SEC - 60, toSec: NOW_SEC + 60 });
const raw = new X509Certificate(end.certPem).raw;

/** What a handshake may leave, whether or not OpenSSL lets it come so far. */
function judged(changes: Record<string, unknown> = {}, atSec = NOW_SEC, keys = [end.key]) {
  const { alpn = "deed-signer/1", version = "TLSv1.3", reused = false } = changes;
  const socket = {
    alpnProtocol: alpn,
    getProtocol: () => version,
    isSessionReused: () => reused,
    getPeerCertificate: () => ("raw" in changes ? { raw: changes["raw"] } : { raw }),
  };
  return judgeLink(socket as unknown as TLSSocket, { keys, nowMs: atSec * 1000 });
}

test("the end that is named goes on", () => {
  expect(judged()).toBe(null);
});

test.each([
  ["LINK_ALPN", { alpn: "deed/1" }],
  ["LINK_ALPN", { alpn: false }],
  ["LINK_VERSION", { version: "TLSv1.2" }],
  ["LINK_VERSION", { version: null }],
  ["LINK_RESUMED", { reused: true }],
  ["LINK_NO_CERTIFICATE", { raw: undefined }],
])("%s: %o", (code, changes) => {
  expect(judged(changes)).toBe(code);
});

test("another key, and times before and after", () => {
  expect(judged({}, NOW_SEC, [`0x${"0".repeat(64)}`])).toBe("LINK_OTHER_KEY");
  expect(judged({}, NOW_SEC, [])).toBe("LINK_OTHER_KEY");
  expect(judged({}, NOW_SEC - 61)).toBe("LINK_NOT_YET_VALID");
  expect(judged({}, NOW_SEC + 61)).toBe("LINK_EXPIRED");
});
