import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/** Without these it asks its maker's servers at every start. */
const QUIET = [
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser's program; null where there is none. */
export function findChromium(): string | null {
  return PROGRAMS.find((path) => existsSync(path)) ?? null;
}

/** Opens a page that posts its result to `/result`, and gives that. */
export async function runPage(
  program: string,
  files: { readonly [path: string]: string },
  limitMs: number,
): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "deed-chromium-"));
  let post: (body: string) => void = () => undefined;
  const posted = new Promise<string>((resolve) => {
    post = resolve;
  });
  const server = serve(files, (body) => post(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // As root it cannot make its own sandbox; the page is ours and the network is loopback.
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const place = [`--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`];
  const browser = spawn(program, [...QUIET, ...root, ...place], { stdio: "ignore" });
  const gone = new Promise<never>((_, reject) => {
    browser.once("error", reject);
    browser.once("exit", (code) => reject(new Error(`the browser ended with ${code}`)));
  });
  const limit = setTimeout(() => browser.kill("SIGKILL"), limitMs);
  try {
    return JSON.parse(await Promise.race([posted, gone]));
  } finally {
    clearTimeout(limit);
    browser.kill("SIGKILL");
    await gone.catch(() => undefined);
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function serve(
  files: { readonly [path: string]: string },
  onResult: (body: string) => void,
): Server {
  return createServer(async (request, response) => {
    const path = request.url ?? "/";
    if (path === "/result") {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      response.end();
      onResult(Buffer.concat(parts).toString("utf8"));
      return;
    }
    const body = files[path];
    const type = path === "/" ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type });
    response.end(body ?? "");
  });
}
