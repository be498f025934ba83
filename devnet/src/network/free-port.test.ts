import { execFile } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePorts } from "./free-port.ts";

test("ports are different, and none that the system gives to others", async () => {
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(16_384);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test("a port on which somebody listens is not free, and later it is", async () => {
  const port = 31_313;
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const pick = () => port;
  await expect(freePorts(1, { pick })).rejects.toThrow("no 1 free ports");
  await new Promise((resolve) => server.close(resolve));
  expect(await freePorts(1, { pick })).toEqual([port]);
});

test.skipIf(process.platform !== "linux")(
  "no other process is given a port of one that lives, though nobody listens there yet",
  async () => {
    const [port] = await freePorts(1);
    const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const module = fileURLToPath(new URL("./free-port.ts", import.meta.url));
    const code = `import { freePorts } from ${JSON.stringify(module)};
      const end = (text) => { console.log(text); process.exit(0); };
      freePorts(1, { pick: () => ${port} }).then(() => end("given"), (error) => end(error.message));`;
    const args = ["--import", loader, "--input-type=module", "-e", code];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim()).toBe("no 1 free ports on the loopback address");
  },
);
