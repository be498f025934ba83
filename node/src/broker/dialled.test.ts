import { isIP, Socket } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { addressesOfThisHost, isPublicAddress } from "./addresses.ts";
import { errorOf, never, openBench } from "./bench.testing.ts";
import { effectOf, httpStep, jobOf, planOf, testBroker } from "./broker.testing.ts";
import type { Resolve } from "./connect.ts";
import type { Dial } from "./dial.ts";
import { openLoopbackDial, resolveTo } from "./loopback-dial.testing.ts";
import { startNameServer } from "./name-server.testing.ts";
import { resolveByServers } from "./resolve-by-servers.ts";

// Where connections go, against what was judged.

const { ask, closing, serve } = openBench();

test("of a name that leads elsewhere at each question, what was judged is what is dialled", async () => {
  // Rebinding: public to who checks, private to who asks again.
  const names = await startNameServer((_, question) => [
    { a: question <= 2 ? "93.184.216.34" : "127.0.0.1" },
  ]);
  closing.push(() => names.close());
  const { port } = new URL(await serve((_request, response) => response.end("there")));
  const { dial, dialled } = openLoopbackDial();
  const resolve = resolveByServers([names.place]);
  const origin = `http://rebinding.example.com:${port}`;
  const options = { privateOrigins: new Set<string>(), restMs: 1 };
  const collaborators = { resolve, dial };
  expect(await ask(origin, { options, collaborators })).toMatchObject({
    output: { body: "there" },
  });
  expect(dialled).toEqual(["93.184.216.34"]);
  expect(names.questions).toHaveLength(2);
  // The next connection asks, and judges, anew.
  expect(errorOf(await ask(origin, { options, collaborators }))?.code).toBe("ADDRESS_REFUSED");
  expect(dialled).toHaveLength(1);
});

test("the address of the connection is judged once more when it is there", async () => {
  const { port } = new URL(await serve((_request, response) => response.end("inside")));
  // A dial that goes elsewhere than it was told, as a proxy in the system might.
  const { dial } = openLoopbackDial();
  const elsewhere: Dial = (options, callback) =>
    dial(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const strayed = Object.create(socket, { remoteAddress: { value: "10.0.0.1" } });
      return callback(null, strayed);
    });
  const result = await ask(`http://name.example.com:${port}`, {
    options: { privateOrigins: new Set() },
    collaborators: { resolve: resolveTo("93.184.216.34"), dial: elsewhere },
  });
  expect(errorOf(result)?.code).toBe("ADDRESS_REFUSED");
});

test("addresses of this host are refused although they are public", async () => {
  const { port } = new URL(await serve((_request, response) => response.end("inside")));
  const reach = (host: string, own: readonly string[]) =>
    ask(`http://${host}:${port}`, {
      options: { privateOrigins: new Set() },
      collaborators: {
        resolve: resolveTo("93.184.216.34", "2606:4700:0:0:0:0:0:1111"),
        dial: openLoopbackDial().dial,
        ownAddresses: () => own,
      },
    });
  expect(errorOf(await reach("name.example.com", ["93.184.216.34"]))?.code).toBe("ADDRESS_REFUSED");
  expect(errorOf(await reach("93.184.216.34", ["93.184.216.34"]))?.code).toBe("ADDRESS_REFUSED");
  expect(errorOf(await reach("name.example.com", ["2606:4700::1111"]))?.code).toBe(
    "ADDRESS_REFUSED",
  );
  expect(errorOf(await reach("name.example.com", []))).toBe(null);
  expect(addressesOfThisHost()).toContain("127.0.0.1");
});

interface Dialled {
  readonly name: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** Dials nobody and notes whom it would have dialled, as `net.connect` would: an address as it is, a name by its lookup. */
function notingDial(noted: Dialled[]): Dial {
  return ({ host, name, port, lookup }, callback) => {
    const end = (addresses: readonly string[]): void => {
      noted.push({ name, port, addresses });
      callback(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), null);
    };
    if (isIP(host) !== 0) {
      end([host]);
    } else {
      lookup(host, { all: true }, (error, answer) => {
        if (error !== null) callback(error, null);
        else end(typeof answer === "string" ? [answer] : answer.map(({ address }) => address));
      });
    }
    return new Socket();
  };
}

const hosts = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.ipV4().map((address) => `[::ffff:${address}]`),
  fc.nat(0xffffffff).map(String),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(
    "localhost",
    "127.1",
    "0",
    "[::]",
    "\uff11\u3002\uff11",
    "a.example.com.",
    "%31.1",
  ),
);
const urls = fc.oneof(
  fc.webUrl({ validSchemes: ["http", "https"], withQueryParameters: true, withFragments: true }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc
    .tuple(
      fc.constantFrom("http://", "https://", "HTTP://", "http:/", "http:\\\\", "//", "ftp://"),
      fc.oneof(
        { weight: 4, arbitrary: fc.constant("") },
        fc.constantFrom("u@", "a.com:80@", "a\\@"),
      ),
      hosts,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant("") },
        fc.nat(70_000).map((port) => `:${port}`),
      ),
      fc.constantFrom("", "/", "/a", "\\a", "?q", "#f", "/../@127.0.0.1/"),
    )
    .map((parts) => parts.join("")),
);
const addresses = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("93.184.216.34", "2606:4700::1111", "8.8.8.8") },
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom("127.0.0.1", "::1", "fe80::1%lo", "::ffff:127.0.0.1", "2002:7f00:1::", ""),
  ),
  { maxLength: 3 },
);

test("whatever the URL and the name server say, only addresses are dialled that are public and were judged", {
  timeout: 60_000,
}, async () => {
  let [dialledNames, refused] = [0, 0];
  const [noted, asked]: [Dialled[], string[]] = [[], []];
  let said: readonly string[] = [];
  const resolve: Resolve = (name, options, callback) => {
    asked.push(name);
    resolveTo(...said)(name, options, callback);
  };
  const broker = testBroker({}, { resolve, dial: notingDial(noted), ownAddresses: () => [] });
  closing.push(() => broker.close());
  await fc.assert(
    fc.asyncProperty(urls, addresses, async (url, answers) => {
      said = answers;
      noted.length = 0;
      asked.length = 0;
      // The plan says just what the sandbox asks for: a compiler would have refused much of it.
      const origin = URL.canParse(url) ? new URL(url).origin : "null";
      const plan = planOf({
        ...httpStep({ url: "http://a/" }),
        url: url.replaceAll("$", ""),
        origin,
      });
      const result = await broker.open(jobOf(plan)).handle(effectOf(plan, 0), never);
      expect(errorOf(result)).not.toBe(null);
      if (noted.length === 0) {
        refused += 1;
        expect(errorOf(result)?.code).toMatch(/^(ORIGIN_REFUSED|ADDRESS_REFUSED|NOT_PERMITTED)$/);
        return;
      }
      dialledNames += asked.length;
      const { hostname, port, protocol } = new URL(
        plan.steps[0]?.kind === "http" ? plan.steps[0].url : "",
      );
      const bare = hostname.replace(/^\[|\]$/g, "");
      const judged = isIP(bare) === 0 ? answers : [bare];
      expect(noted).toEqual([
        { name: bare, port: Number(port) || (protocol === "https:" ? 443 : 80), addresses: judged },
      ]);
      expect(judged.every(isPublicAddress)).toBe(true);
      expect(asked).toEqual(isIP(bare) === 0 ? [bare] : []);
    }),
    { numRuns: 1_000 },
  );
  expect(dialledNames).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
});
