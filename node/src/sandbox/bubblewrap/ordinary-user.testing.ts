import { SAMPLE_JOB, sampleAnswer } from "../sample-job.testing.ts";
import { never } from "../sandbox.testing.ts";
import { openBubblewrapSandbox } from "./bubblewrap-sandbox.ts";

// A node of an ordinary user: opens containers, runs the sample with lower limits and says what came of it.
const [bundlePath = ""] = process.argv.slice(2);
void (async () => {
  const sandbox = await openBubblewrapSandbox({ bundlePath, path: "/usr/bin:/bin" });
  const limits = { ...SAMPLE_JOB.limits, memoryMb: 64, cpuSec: 10 };
  const job = { ...SAMPLE_JOB, limits };
  const result = await sandbox.execute(job, async (request) => sampleAnswer(request), never);
  await sandbox.close();
  const { level, reason } = sandbox;
  process.stdout.write(JSON.stringify({ uid: process.getuid?.(), level, reason, result }));
})();
