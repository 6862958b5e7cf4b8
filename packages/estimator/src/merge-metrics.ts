import type { Metric } from '@tfjs-heads/head-api';
import { StreamingMetric } from '@tfjs-heads/head-kit';

/**
 * Adds what another metric of the same kind has summed up: as it is where both are of the kit, else by its state.
 *
 * @throws METRIC_STATE_INVALID where they are unlike, and the error of an update that failed
 */
export async function mergeMetric(metric: Metric, other: Metric): Promise<void> {
  if (isPlain(metric) && isPlain(other) && isAlike(metric, other)) metric.receive(await other.summed());
  else metric.merge(await other.state());
}

/** Whether it has not been given a state of its own. */
export function isPlain(metric: Metric): metric is StreamingMetric {
  const { state, merge } = StreamingMetric.prototype;
  return metric instanceof StreamingMetric && metric.state === state && metric.merge === merge;
}

/** Whether one can be given what another has summed up. */
export function isAlike(a: StreamingMetric, b: StreamingMetric): boolean {
  return a.metric === b.metric && JSON.stringify(a.settings) === JSON.stringify(b.settings);
}
