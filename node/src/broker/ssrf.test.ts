import { once as event } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { effectOf, httpStep, jobOf, planOf, testBroker } from "./broker.testing.ts";
import type { Resolve } from "./connect.ts";
import { type NameAnswer, startNameServer, type TestNameServer } from "./name-server.testing.ts";
import { resolveByServers } from "./resolve-by-servers.ts";

// Names that lead inside, by a name server that lies and a server on loopback that must never hear of it.

const closing: (() => unknown)[] = [];
let hits = 0;
let port = 0;
let server: ReturnType<typeof createServer>;

beforeAll(async () => {
  server = createServer((_request, response) => {
    hits += 1;
    response.end("inside");
  });
  server.listen(0, "127.0.0.1");
  await event(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());
afterEach(async () => {
  hits = 0;
  for (const close of closing.splice(0).reverse()) await close();
});

async function lying(answers: (name: string, question: number) => readonly NameAnswer[]) {
  const names = await startNameServer(answers);
  closing.push(() => names.close());
  return names;
}

async function reach(
  url: string,
  resolve: Resolve,
  privateOrigins: readonly string[] = [],
): Promise<{ readonly code: string | null; readonly body: string | null }> {
  const broker = testBroker({ privateOrigins: new Set(privateOrigins) }, { resolve });
  closing.push(() => broker.close());
  const plan = planOf(httpStep({ url, timeoutMs: 3_000 }));
  const { output } = await broker
    .open(jobOf(plan))
    .handle(effectOf(plan, 0), new AbortController().signal);
  return {
    code: "error" in output ? output.error.code : null,
    body: "body" in output ? output.body : null,
  };
}

const GROUPS = (address: string): NameAnswer => ({ aaaa: address });

describe("a name is refused that leads to", () => {
  test.each<[string, readonly NameAnswer[]]>([
    ["loopback", [{ a: "127.0.0.1" }]],
    ["another address of loopback", [{ a: "127.8.8.8" }]],
    ["this host", [{ a: "0.0.0.0" }]],
    ["a private network", [{ a: "10.0.0.1" }]],
    ["a carrier's network", [{ a: "100.64.0.1" }]],
    ["link-local metadata", [{ a: "169.254.169.254" }]],
    ["a cloud's metadata", [{ a: "168.63.129.16" }]],
    ["broadcast", [{ a: "255.255.255.255" }]],
    ["loopback of IPv6", [GROUPS("0:0:0:0:0:0:0:1")]],
    ["IPv4 mapped into IPv6", [GROUPS("0:0:0:0:0:ffff:7f00:1")]],
    ["IPv4 inside IPv6, the old way", [GROUPS("0:0:0:0:0:0:7f00:1")]],
    ["NAT64", [GROUPS("64:ff9b:0:0:0:0:7f00:1")]],
    ["a local NAT64", [GROUPS("64:ff9b:1:0:0:0:7f00:1")]],
    ["6to4", [GROUPS("2002:7f00:1:0:0:0:0:1")]],
    ["Teredo", [GROUPS("2001:0:7f00:1:0:0:0:1")]],
    ["a unique local address", [GROUPS("fd00:ec2:0:0:0:0:0:254")]],
    ["a link-local address", [GROUPS("fe80:0:0:0:0:0:0:1")]],
    ["multicast", [GROUPS("ff02:0:0:0:0:0:0:1")]],
    ["an inner address beside a public one", [{ a: "93.184.216.34" }, { a: "127.0.0.1" }]],
    [
      "an inner IPv6 address beside a public one",
      [{ a: "93.184.216.34" }, GROUPS("0:0:0:0:0:0:0:1")],
    ],
  ])("%s", async (_, answers) => {
    const names = await lying(() => answers);
    const url = `http://name.example.com:${port}/`;
    expect((await reach(url, resolveByServers([names.place]))).code).toBe("ADDRESS_REFUSED");
    expect(names.questions.length).toBeGreaterThan(0);
    expect(hits).toBe(0);
  });

  test("an inner address by another name", async () => {
    const names = await lying((name) =>
      name === "inner.example.com"
        ? [{ a: "127.0.0.1" }]
        : [{ cname: "inner.example.com", a: "127.0.0.1" }],
    );
    const url = `http://alias.example.com:${port}/`;
    expect((await reach(url, resolveByServers([names.place]))).code).toBe("ADDRESS_REFUSED");
    expect(hits).toBe(0);
  });

  test("an inner address by a chain of other names", async () => {
    const names = await lying(() => [
      { cname: "one.example.com" },
      { owner: "one.example.com", cname: "two.example.com" },
      { owner: "two.example.com", cname: "three.example.com" },
      { owner: "three.example.com", a: "127.0.0.1", aaaa: "0:0:0:0:0:0:0:1" },
    ]);
    const url = `http://alias.example.com:${port}/`;
    expect((await reach(url, resolveByServers([names.place]))).code).toBe("ADDRESS_REFUSED");
    expect(hits).toBe(0);
  });

  test("an inner address, with a dot behind it", async () => {
    const names = await lying(() => [{ a: "127.0.0.1" }]);
    const url = `http://name.example.com.:${port}/`;
    expect((await reach(url, resolveByServers([names.place]))).code).toBe("ADDRESS_REFUSED");
    expect(hits).toBe(0);
  });
});

test("a name whose answer changes is asked once for a connection, which goes where the answer said", async () => {
  // Rebinding: what is checked first is not what a second question would give.
  const names: TestNameServer = await lying((_, question) => [
    { a: question <= 2 ? "127.0.0.1" : "127.0.0.2" },
  ]);
  const origin = `http://rebinding.example.com:${port}`;
  const resolve = resolveByServers([names.place]);
  const answer = await reach(`${origin}/`, resolve, [origin]);
  expect(answer).toEqual({ code: null, body: "inside" });
  expect(names.questions.toSorted()).toEqual([
    "rebinding.example.com 4",
    "rebinding.example.com 6",
  ]);
});

test("a name of nobody is unreachable", async () => {
  const names = await lying(() => []);
  const url = `http://nobody.example.com:${port}/`;
  expect((await reach(url, resolveByServers([names.place]))).code).toBe("UNREACHABLE");
});

describe("an address in the URL is refused as", () => {
  test.each([
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "[::1]",
    "[::]",
    "[::ffff:7f00:1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
  ])("%s", async (host) => {
    const never: Resolve = () => {
      throw new TypeError("an address has no name to look up");
    };
    expect((await reach(`http://${host}:${port}/`, never)).code).toBe("ADDRESS_REFUSED");
    expect(hits).toBe(0);
  });

  test.each([
    ["a decimal number", "2130706433"],
    ["a hexadecimal number", "0x7f000001"],
    ["octal parts", "0177.0.0.1"],
    ["hexadecimal parts", "0x7f.0.0.0x1"],
    ["fewer parts", "127.1"],
    ["full-width digits", "１２７.0.0.1"],
    ["circled digits", "①②⑦.0.0.1"],
    ["an ideographic full stop", "127。0。0。1"],
    ["IPv4 inside IPv6 as decimal parts", "[::ffff:127.0.0.1]"],
    ["IPv6 with zeros", "[0:0:0:0:0:0:0:1]"],
    ["a user before it", "api.example.com@127.0.0.1"],
    ["escapes", "%31%32%37.0.0.1"],
    ["a soft hyphen", "127.0.0.\u00ad1"],
    ["a dot behind it", "127.0.0.1."],
    ["an IPv4 address at the end of IPv6", "[::127.0.0.1]"],
    ["a user that looks like the host", "api.example.com:443@127.0.0.1"],
    ["a backslash", "127.0.0.1\\@api.example.com"],
    ["circled letters", "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3"],
    ["letters of another script", "loc\u0430lhost"],
    ["capitals", "LOCALHOST"],
    ["a tab inside", "127.0\t.0.1"],
    ["a line break inside", "127.0\n.0.1"],
  ])("%s", async (_, host) => {
    const never: Resolve = () => {
      throw new TypeError("it must not come so far");
    };
    const url = `http://${host}:${port}/`;
    const broker = testBroker({}, { resolve: never });
    closing.push(() => broker.close());
    // Even a plan that says so: a compiler would have refused it.
    const plan = planOf(httpStep({ url, origin: `http://127.0.0.1:${port}` }));
    const { output } = await broker
      .open(jobOf(plan))
      .handle(effectOf(plan, 0), new AbortController().signal);
    expect("error" in output && output.error.code).toMatch(/^(ORIGIN|ADDRESS)_REFUSED$/);
    expect(hits).toBe(0);
  });

  test("a zone is no address of a URL", () => {
    expect(URL.canParse("http://[fe80::1%25lo]/")).toBe(false);
  });
});

test.each([
  "file:///etc/passwd",
  "ftp://127.0.0.1/",
  "gopher://127.0.0.1/",
  "data:text/plain,a",
  "unix:///run/x",
])("%s is no request", async (url) => {
  const plan = planOf(httpStep({ url, origin: "null" }));
  const broker = testBroker();
  closing.push(() => broker.close());
  const { output } = await broker
    .open(jobOf(plan))
    .handle(effectOf(plan, 0), new AbortController().signal);
  expect("error" in output && output.error.code).toBe("ORIGIN_REFUSED");
});
