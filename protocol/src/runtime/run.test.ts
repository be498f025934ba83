import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Leaf } from "../transcript/leaf.ts";
import type { Occurrence } from "./effect.ts";
import { EFFECT_ERROR_CODES } from "./effect-error.ts";
import {
  anyAnswers,
  anyPlan,
  callStep,
  drive,
  executionId,
  httpStep,
  manual,
  planOf,
  start,
} from "./run.testing.ts";
import { RunError } from "./run-error.ts";

const short = (leaves: readonly Leaf[]) =>
  leaves.map((leaf) => `${leaf.kind}${leaf.status === 0 ? "" : `:${leaf.status}`}`).join(" ");
const json = { "content-type": "application/json; charset=utf-8" };

describe("a run", () => {
  test("writes its trigger, its effects, its end", () => {
    const { status, leaves } = drive(planOf([httpStep("a"), callStep("b")]), (request) =>
      request.kind === "http" ? { status: 200 } : { returned: "0x" },
    );
    expect(short(leaves)).toBe("TRIGGER HTTP CALL END");
    expect(status).toBe("ok");
    expect(leaves[0]).toMatchObject({
      step: 65_535,
      input: { now: 1_799_999_999, trigger: manual.payload },
    });
    expect(leaves.at(-1)).toMatchObject({
      input: { status: "ok" },
      output: { steps: { a: { status: "ok" }, b: { status: "ok" } } },
    });
  });

  test("two runs of one plan over the same results give the same leaves", () => {
    fc.assert(
      fc.property(anyPlan, anyAnswers, (plan, answers) => {
        expect(drive(plan, answers)).toEqual(drive(plan, answers));
      }),
    );
  });

  test("is numbered without gaps, and its times and anchors never decrease", () => {
    fc.assert(
      fc.property(anyPlan, anyAnswers, (plan, answers) => {
        const { leaves } = drive(plan, answers);
        expect(leaves.length).toBeLessThanOrEqual(256);
        leaves.forEach((leaf, index) => {
          const before = leaves[index - 1];
          expect(leaf.index).toBe(index);
          expect(leaf.startedMs).toBeGreaterThanOrEqual(before?.endedMs ?? start.startedMs);
          expect(leaf.endedMs).toBeGreaterThanOrEqual(leaf.startedMs);
          expect(leaf.anchorNumber).toBeGreaterThanOrEqual(before?.anchorNumber ?? 100);
        });
      }),
    );
  });

  test("fits a transcript however often it tries", () => {
    const steps = Array.from({ length: 127 }, (_, index) =>
      httpStep(`s${index}`, { explicitNeeds: true, retry: { attempts: 10, backoffMs: 1 } }),
    );
    expect(drive(planOf(steps), () => ({ status: 503 })).leaves).toHaveLength(256);
    const failure = { code: "TOO_MANY_STEPS", steps: 128, limit: 127 };
    expect(() => drive(planOf([...steps, httpStep("one")]), () => ({ status: 200 }))).toThrow(
      expect.objectContaining({ failure }),
    );
  });

  test("whose host answers another kind of effect than was asked ends with an error, unrecorded", () => {
    const answers = [
      [httpStep("a"), { returned: "0x" }, "http"],
      [callStep("a"), { status: 200 }, "call"],
    ] as const;
    for (const [step, answer, expected] of answers) {
      expect(() => drive(planOf([step]), () => answer)).toThrow(
        new RunError({ code: "WRONG_RESULT", stepId: "a", expected }),
      );
    }
  });

  test("asks for no call whose arguments this runtime cannot render", () => {
    const step = callStep("a", { call: { mode: "dynamic", dynamic: [0] } });
    expect(() => drive(planOf([step]), () => ({ returned: "0x" }))).toThrow(
      new RunError({ code: "UNSUPPORTED_CALL", stepId: "a" }),
    );
  });

  test("of another runtime version is refused", () => {
    expect(() => drive(planOf([], { runtime: 3 }), () => ({ status: 200 }))).toThrow(
      /UNKNOWN_RUNTIME/,
    );
  });
});

describe("conditions", () => {
  test("that are false skip their step, and a run of nothing else says so", () => {
    const steps = [
      httpStep("a", { if: "1 > 2" }),
      httpStep("b", { needs: ["a"], explicitNeeds: true }),
    ];
    const { status, leaves } = drive(planOf(steps), () => ({ status: 200 }));
    expect(short(leaves)).toBe("TRIGGER CONDITION SKIP SKIP END");
    expect(leaves[1]).toMatchObject({ input: { expression: "1 > 2" }, output: { value: false } });
    expect(leaves.slice(2, 4).map((leaf) => leaf.input)).toEqual([
      { reason: "condition" },
      { reason: "needs" },
    ]);
    expect(status).toBe("conditionFalse");
  });

  test("that fail, or are no boolean, fail their step", () => {
    for (const source of ["input.missing == 1", "input.amount"]) {
      const { status, leaves } = drive(planOf([httpStep("a", { if: source })]), () => ({
        status: 200,
      }));
      expect(short(leaves)).toBe("TRIGGER CONDITION:1 END");
      expect(leaves[1]?.output).toMatchObject({ error: { code: expect.any(String) } });
      expect(status).toBe("failed");
    }
  });

  test("see the steps before them", () => {
    const steps = [
      httpStep("quote"),
      httpStep("tell", { if: "steps.quote.body.usd < 3000 && steps.quote.status == 200" }),
    ];
    const run = (usd: string) =>
      drive(planOf(steps), () => ({ status: 200, body: `{"usd":${usd}}`, headers: json }));
    expect(short(run("2999").leaves)).toBe("TRIGGER HTTP CONDITION HTTP END");
    expect(short(run("3000").leaves)).toBe("TRIGGER HTTP CONDITION SKIP END");
  });

  test("see numbers from outside exactly, or as text", () => {
    const steps = [
      httpStep("q"),
      httpStep("a", { if: "steps.q.body.big == '123456789012345678901234567890'" }),
      httpStep("b", { if: "steps.q.body.part == '0.10'" }),
    ];
    const body = '{"big":123456789012345678901234567890,"part":0.10}';
    const { leaves } = drive(planOf(steps), () => ({ status: 200, body, headers: json }));
    expect(short(leaves)).toBe("TRIGGER HTTP CONDITION HTTP CONDITION HTTP END");
  });

  test("see an event by its ABI types", () => {
    const occurrence: Occurrence = {
      ...manual,
      payload: {
        kind: "event",
        chainId: 1,
        contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
        blockNumber: 9,
        blockHash: executionId,
        txHash: executionId,
        logOrdinal: 2,
        event: { to: "0x01", amount: "2000000000000000000" },
      },
    };
    const parameters = [
      { name: "to", type: "address", indexed: true },
      { name: "amount", type: "uint256", indexed: false },
    ];
    const trigger = {
      kind: "event",
      chainId: 1,
      contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
      signature: "W(address,uint256)",
      topic0: executionId,
      parameters,
      where: null,
      confidence: "latest",
    } as const;
    const condition = 'event.amount > uint256("1000000000000000000") && trigger.logOrdinal == 2';
    const body = { type: "json", value: { a: "${event.amount}" } } as const;
    const plan = planOf([httpStep("a", { if: condition, body })], { trigger });
    const { leaves } = drive(plan, () => ({ status: 200 }), occurrence);
    expect(short(leaves)).toBe("TRIGGER CONDITION HTTP END");
    expect(leaves[2]?.input).toMatchObject({ body: '{"a":"2000000000000000000"}' });
  });
});

describe("requests", () => {
  test("are rendered from the scope", () => {
    const step = httpStep("a", {
      url: "https://api.example.com/${input.to}?n=${input.amount}",
      headers: { "x-to": "${input.to}" },
      body: { type: "json", value: { z: "${input.amount}", a: "hello ${input.to}" } },
    });
    const { requests } = drive(planOf([step]), () => ({ status: 200 }));
    expect(requests[0]).toMatchObject({
      kind: "http",
      origin: "https://api.example.com",
      request: {
        url: "https://api.example.com/bob?n=5",
        headers: { "content-type": "application/json", "x-to": "bob" },
        body: '{"a":"hello bob","z":5}',
      },
    });
  });

  test("that cannot be rendered fail their step without an effect", () => {
    const step = httpStep("a", { url: "https://api.example.com/${input.nothing}" });
    const { leaves, requests, status } = drive(planOf([step]), () => ({ status: 200 }));
    expect(requests).toEqual([]);
    expect(short(leaves)).toBe("TRIGGER CONDITION:1 END");
    expect(leaves[1]?.input).toEqual({ expression: step.url });
    expect(status).toBe("failed");
  });

  test("of one step have one key, whatever the try", () => {
    const steps = [
      httpStep("a", { retry: { attempts: 3, backoffMs: 0 } }),
      httpStep("b", { explicitNeeds: true }),
    ];
    const { requests } = drive(planOf(steps), () => ({ status: 500 }));
    const keys = requests.map((request) =>
      request.kind === "http" ? request.request.idempotencyKey : "",
    );
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test("keep of a response the headers of the list alone", () => {
    const headers = { "content-type": "text/plain", date: "today", "set-cookie": "a=b" };
    const { leaves } = drive(planOf([httpStep("a")]), () => ({ status: 200, headers }));
    const kept = { "content-type": "text/plain" };
    expect(leaves[1]?.output).toEqual({ status: 200, headers: kept, body: "" });
  });
});

describe("tries", () => {
  const retry = { attempts: 4, backoffMs: 200 };

  test("pause in between, twice as long each time", () => {
    const { requests, leaves } = drive(planOf([httpStep("a", { retry })]), () => ({ status: 503 }));
    const pauses = requests.flatMap((request) => (request.kind === "pause" ? [request.ms] : []));
    expect(pauses).toEqual([200, 400, 800]);
    expect(leaves.filter((leaf) => leaf.kind === "HTTP").map((leaf) => leaf.try)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test("end with the first success", () => {
    const { status, leaves } = drive(planOf([httpStep("a", { retry })]), (_, effectNo) =>
      effectNo < 2 ? { error: "TIMEOUT" } : { status: 201 },
    );
    expect(short(leaves)).toBe("TRIGGER HTTP:1 HTTP:1 HTTP END");
    expect(status).toBe("ok");
  });

  test.each([
    [408, 4],
    [425, 4],
    [429, 4],
    [500, 4],
    [404, 1],
    [301, 1],
    [200, 1],
  ])("after the response %d are %d", (status, count) => {
    const tries = (delivery: "once" | "repeatable") =>
      drive(planOf([httpStep("a", { retry, delivery })]), () => ({ status })).leaves.length - 2;
    expect(tries("repeatable")).toBe(count);
    expect(tries("once")).toBe(1);
  });

  test("of a step that may be sent once stop where something may have been sent", () => {
    const notSent = ["UNREACHABLE", "TLS", "ADDRESS_REFUSED", "ORIGIN_REFUSED", "RATE_LIMITED"];
    for (const error of EFFECT_ERROR_CODES) {
      const plan = planOf([httpStep("a", { retry, delivery: "once" })]);
      const { status, leaves } = drive(plan, () => ({ error }));
      const tries = leaves.length - 2;
      if (["REVOKED", "NOT_PERMITTED", "LEASE_OVER"].includes(error)) {
        expect([status, tries], error).toEqual(["stopped", 1]);
      } else if (notSent.includes(error)) {
        expect([status, tries], error).toEqual(["failed", error.endsWith("REFUSED") ? 1 : 4]);
      } else if (error !== "REVERTED") {
        expect([status, tries], error).toEqual(["indeterminate", 1]);
      }
    }
  });

  test("of a call follow a revert, and nothing that may have been mined", () => {
    const plan = planOf([callStep("a", { retry })]);
    expect(short(drive(plan, () => ({ error: "REVERTED" })).leaves)).toBe(
      "TRIGGER CALL:1 CALL:1 CALL:1 CALL:1 END",
    );
    expect(short(drive(plan, () => ({ error: "TIMEOUT" })).leaves)).toBe("TRIGGER CALL:2 END");
  });
});

describe("the end of a step", () => {
  const after = [
    httpStep("b"),
    httpStep("c", { explicitNeeds: true, needs: ["a"] }),
    httpStep("d", { explicitNeeds: true }),
  ];
  const reasons = (leaves: readonly Leaf[]) =>
    leaves.flatMap((leaf) =>
      leaf.kind === "SKIP" ? [(leaf.input as { reason: string }).reason] : [],
    );

  test("in failure skips what comes after it, unless that names its needs", () => {
    const { status, leaves } = drive(planOf([httpStep("a"), ...after]), (_, effectNo) =>
      effectNo === 0 ? { status: 404 } : { status: 200 },
    );
    expect(short(leaves)).toBe("TRIGGER HTTP:1 SKIP SKIP HTTP END");
    expect(reasons(leaves)).toEqual(["failed", "needs"]);
    expect(status).toBe("failed");
  });

  test("in doubt does the same, and the record says so", () => {
    const { status, leaves } = drive(planOf([httpStep("a"), ...after]), (_, effectNo) =>
      effectNo === 0 ? { error: "INDETERMINATE" } : { status: 200 },
    );
    expect(reasons(leaves)).toEqual(["failed", "needs"]);
    expect(status).toBe("indeterminate");
  });

  test("by revocation ends the run", () => {
    const { status, leaves, requests } = drive(planOf([httpStep("a"), ...after]), () => ({
      error: "REVOKED",
    }));
    expect(requests).toHaveLength(1);
    expect(reasons(leaves)).toEqual(["revoked", "revoked", "revoked"]);
    expect(status).toBe("stopped");
  });
});
