import { createServer, type Server } from "node:net";

/** Different ports of the loopback address that nobody listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  // All are held until the last is found: a port that is let go may come again.
  const held = await Promise.all(Array.from({ length: count }, () => listen()));
  const ports = held.map(portOf);
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new TypeError("no port");
  return address.port;
}
