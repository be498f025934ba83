import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Where a process counts. Names start with `deed_` and end with their unit. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** The Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  /** Labels on every series, for example the node number. */
  readonly labels: Readonly<Record<string, string>>;
  /** Also count memory, event loop delay and garbage collection of the process. */
  readonly ofProcess: boolean;
}

/** It wakes the process so often: at the library's 10 ms that is a third of what an idle node costs. */
const LOOP_DELAY_STEP_MS = 100;

/** A registry of its own: several nodes may live in one process. Asking twice for a name gives the same series. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ ...options.labels });
  if (options.ofProcess) {
    const eventLoopMonitoringPrecision = LOOP_DELAY_STEP_MS;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
  }
  const once = <M>(name: string, create: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? create();
  const registers = [registry];
  return {
    counter: (name, help, labels = []) =>
      once(name, () => new Counter({ name, help, labelNames: [...labels], registers })),
    gauge: (name, help, labels = []) =>
      once(name, () => new Gauge({ name, help, labelNames: [...labels], registers })),
    histogram: (name, help, buckets, labels = []) =>
      once(
        name,
        () =>
          new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
      ),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** From 0.1 ms to 10 s, for durations in seconds. */
export const DURATION_BUCKETS: readonly number[] = [
  0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10,
];
