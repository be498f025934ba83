import { effectOf, httpStep, jobOf, planOf, testBroker } from "./broker.testing.ts";

// A process of its own, because Node reads much of the environment once: asks for each URL and prints what came.

const asked: Record<string, string> = {};
for (const url of process.argv.slice(2)) {
  const { origin } = new URL(url);
  const broker = testBroker({ privateOrigins: new Set([origin]) });
  const plan = planOf(httpStep({ url }));
  const { handle } = broker.open(jobOf(plan));
  const { output } = await handle(effectOf(plan, 0), new AbortController().signal);
  asked[url] = "error" in output ? output.error.code : "body" in output ? output.body : "";
  broker.close();
}
process.stdout.write(JSON.stringify(asked));
