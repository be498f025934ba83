// The work of the measurements as a service of Restate: a request to the echo server, then a pure condition.
// Started by bench/src/restate; prints the port that it serves at.

import { createServer } from "node:http2";

// Node 20 lacks it, and the SDK calls it; without it the caller waits for ever.
Promise.withResolvers ??= () => {
  let resolve;
  let reject;
  const promise = new Promise((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
};

const { createEndpointHandler, service } = await import("@restatedev/restate-sdk");
const [echoUrl] = process.argv.slice(2);
let ordinal = 0;

const bench = service({
  name: "bench",
  handlers: {
    run: async (context, input) => {
      ordinal += 1;
      const body = JSON.stringify({ input, ordinal });
      const status = await context.run("send", () => send(body));
      return status !== 200 ? await context.run("look", () => send("{}")) : status;
    },
  },
});

async function send(body) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${echoUrl}/bench`, { method: "POST", headers, body });
  await response.text();
  return response.status;
}

const server = createServer(createEndpointHandler({ services: [bench], logger: () => undefined }));
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.stdin.once("end", () => process.exit(0)).resume();
