import { createServer } from "node:net";

/** A port of the loopback address that nobody listens on; the wished one when it is free. */
export async function freePort(wished = 0): Promise<number> {
  try {
    return await listenOnce(wished);
  } catch (error) {
    if (wished === 0) throw error;
    return listenOnce(0);
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}
