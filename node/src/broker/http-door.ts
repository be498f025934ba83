import { idempotencyKey } from "@deed/protocol/runtime";
import type { Clock } from "../clock.ts";
import { BrokerError } from "./broker-error.ts";
import type { Connections, Line } from "./connections.ts";
import type { HttpLimits } from "./http-limits.ts";
import { type BrokerJob, type EffectAnswer, errorAnswer, type HttpEffect } from "./job.ts";
import type { OnceGuard } from "./once.ts";
import { OriginLimiter, type RateOptions } from "./rate-limit.ts";
import { type SendLimits, type SendOutcome, type SendRequest, send } from "./send.ts";
import { plannedHttp } from "./target.ts";

export interface HttpDoorOptions extends SendLimits, Pick<HttpLimits, "requestBytes" | "totalMs"> {
  readonly rate: RateOptions;
}

const ORIGINS_REMEMBERED = 4096;

/** HTTP requests of workflows. */
export class HttpDoor {
  readonly #options: HttpDoorOptions;
  readonly #clock: Clock;
  readonly #once: OnceGuard;
  readonly #limiters = new Map<string, OriginLimiter>();

  constructor(options: HttpDoorOptions, collaborators: { clock: Clock; once: OnceGuard }) {
    this.#options = options;
    this.#clock = collaborators.clock;
    this.#once = collaborators.once;
  }

  /** @throws BrokerError when the plan does not hold the request; nothing was sent then. */
  async perform(
    connections: Connections,
    job: BrokerJob,
    effect: HttpEffect,
    signal: AbortSignal,
  ): Promise<EffectAnswer> {
    const { step, url } = plannedHttp(job.plan, effect);
    const request = this.#request(job, effect, url);
    const timeoutMs = Math.min(effect.timeoutMs, step.timeoutMs, this.#options.totalMs);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const limiter = this.#limiter(step.origin);
    try {
      await limiter.enter(job.intentHash, deadline);
    } catch (error) {
      return errorAnswer(error as BrokerError);
    }
    try {
      return await this.#send(connections, job, effect, request, deadline);
    } finally {
      limiter.leave();
    }
  }

  async #send(
    connections: Connections,
    job: BrokerJob,
    effect: HttpEffect,
    request: SendRequest,
    deadline: AbortSignal,
  ): Promise<EffectAnswer> {
    if (effect.delivery !== "once") {
      return answerOf(await this.#exchange(connections, request, { isFresh: false }, deadline));
    }
    const { executionId, attempt } = job;
    const place = { executionId, attempt, stepIndex: effect.stepIndex };
    if (!this.#once.begin(place)) {
      return errorAnswer(new BrokerError("INDETERMINATE", "it may have been sent before"), 2);
    }
    const outcome = await this.#exchange(connections, request, { isFresh: true }, deadline);
    if (outcome.kind === "unsent") this.#once.release(place);
    return outcome.kind === "unknown" ? errorAnswer(outcome.error, 2) : answerOf(outcome);
  }

  /**
   * One exchange, or two where a connection had rested and its server closed it as the request came. What may run at
   * most once never goes over such a connection.
   */
  async #exchange(
    connections: Connections,
    request: SendRequest,
    need: { readonly isFresh: boolean },
    deadline: AbortSignal,
  ): Promise<SendOutcome> {
    const line = connections.take(request.url.origin, need);
    const outcome = await this.#over(line, request, deadline);
    const isUnanswered = outcome.kind === "unknown" && outcome.isUnanswered;
    if (!isUnanswered || line.isFresh) return outcome;
    const fresh = connections.take(request.url.origin, { isFresh: true });
    const again = await this.#over(fresh, request, deadline);
    // Nobody knows of the first that it was not read.
    return again.kind === "unsent" ? outcome : again;
  }

  /** The connection is this request's alone, and rests only after a whole answer. */
  async #over(line: Line, request: SendRequest, deadline: AbortSignal): Promise<SendOutcome> {
    const outcome = await send(line.client, request, this.#options, deadline);
    if (outcome.kind === "response") line.rest();
    else line.drop();
    return outcome;
  }

  #request(job: BrokerJob, effect: HttpEffect, url: URL): SendRequest {
    const { request } = effect;
    if (request.idempotencyKey !== idempotencyKey(job.executionId, effect.stepIndex)) {
      throw new BrokerError("NOT_PERMITTED", "not in the plan: idempotency key");
    }
    if (request.body !== null && Buffer.byteLength(request.body) > this.#options.requestBytes) {
      throw new BrokerError(
        "NOT_PERMITTED",
        `request of more than ${this.#options.requestBytes} bytes`,
      );
    }
    return {
      url,
      method: request.method as SendRequest["method"],
      headers: {
        ...request.headers,
        "accept-encoding": "identity",
        "idempotency-key": request.idempotencyKey,
      },
      body: request.body,
    };
  }

  #limiter(origin: string): OriginLimiter {
    let limiter = this.#limiters.get(origin);
    if (limiter !== undefined) return limiter;
    if (this.#limiters.size >= ORIGINS_REMEMBERED) {
      for (const [name, old] of this.#limiters) if (old.isIdle) this.#limiters.delete(name);
    }
    limiter = new OriginLimiter(this.#options.rate, { clock: this.#clock });
    this.#limiters.set(origin, limiter);
    return limiter;
  }
}

function answerOf(outcome: SendOutcome): EffectAnswer {
  return outcome.kind === "response"
    ? { status: 0, output: outcome.response }
    : errorAnswer(outcome.error);
}
