import { expect, test } from "vitest";
import type { ChildEvent } from "./child-process.ts";
import { driveRun, type RunPeer } from "./drive-run.ts";
import { SAMPLE_JOB, sampleAnswer } from "./sample-job.testing.ts";

const LOST: ChildEvent = { kind: "end", end: { kind: "server-lost", detail: "SIGKILL" } };
const never = new AbortController().signal;

function peerWith(...events: (ChildEvent | Promise<ChildEvent>)[]): RunPeer {
  return {
    limitOutput: () => undefined,
    send: () => undefined,
    next: async () => events.shift() ?? new Promise<ChildEvent>(() => undefined),
  };
}

function asking(delivery: "once" | "idempotent"): ChildEvent {
  const request = {
    ...{ kind: "http", stepIndex: 0, try: 1, method: "POST", url: "https://a.example.com/" },
    ...{ headers: {}, body: null, delivery, idempotencyKey: "0x", timeoutMs: 5_000 },
  } as never;
  return { kind: "message", message: { type: "effect", request } };
}

test("a run whose server has gone ends at once, while its effect is still unanswered", async () => {
  const broker = () => new Promise<never>(() => undefined);
  const result = await driveRun(peerWith(asking("idempotent"), LOST), SAMPLE_JOB, broker, never);
  expect(result).toEqual({
    ...{ kind: "stopped", failure: { code: "SERVER_LOST", detail: "SIGKILL" } },
  });
});

test("what cannot be sent twice is heard out first: its answer is what the next start goes on with", async () => {
  let answer: () => void = () => undefined;
  let isAnswered = false;
  const broker = async (request: Parameters<typeof sampleAnswer>[0]) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    isAnswered = true;
    return sampleAnswer(request);
  };
  let isOver = false;
  const run = driveRun(peerWith(asking("once"), LOST), SAMPLE_JOB, broker, never);
  void run.then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  answer();
  expect(await run).toMatchObject({ failure: { code: "SERVER_LOST" } });
  expect(isAnswered).toBe(true);
});

test("a child that talks on before it has its answer is ended", async () => {
  const broker = () => new Promise<never>(() => undefined);
  const peer = peerWith(asking("idempotent"), asking("idempotent"));
  expect(await driveRun(peer, SAMPLE_JOB, broker, never)).toEqual({
    ...{ kind: "stopped", failure: { code: "PROTOCOL", detail: "out of turn" } },
  });
});
