import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

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

const REMOVE_TRIES = 50;
const REMOVE_PAUSE_MS = 100;

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
  const browser = spawn(program, [...QUIET, ...root, ...place], {
    stdio: "ignore",
    // A process group of its own: its helpers must end with it.
    detached: true,
  });
  const end = (): void => {
    if (browser.pid === undefined) return;
    try {
      process.kill(-browser.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const gone = new Promise<never>((_, reject) => {
    browser.once("error", reject);
    browser.once("exit", (code) => reject(new Error(`the browser ended with ${code}`)));
  });
  const limit = setTimeout(end, limitMs);
  try {
    return JSON.parse(await Promise.race([posted, gone]));
  } finally {
    clearTimeout(limit);
    end();
    await gone.catch(() => undefined);
    server.closeAllConnections();
    server.close();
    await removed(profile);
  }
}

/** A helper that is still ending may write once more. */
async function removed(folder: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === REMOVE_TRIES) throw error;
      await sleep(REMOVE_PAUSE_MS);
    }
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
