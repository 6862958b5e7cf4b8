import {
  accuracy,
  buckets,
  confusion,
  formatG,
  type HostQuantity,
  meanMetric,
  type MetricDefinition,
  MetricKeys,
  prAuc,
  precision,
  type Quantities,
  recall,
  rocAuc,
} from '@tfjs-heads/head-kit';

/** Both areas under curves of probabilities. */
export function curveMetrics(
  auc: string,
  prAucKey: string,
  quantities: { readonly predictions: string; readonly labels?: string },
): readonly MetricDefinition[] {
  const accumulator = buckets(quantities);
  return [
    { key: auc, accumulator, result: rocAuc },
    { key: prAucKey, accumulator, result: prAuc },
  ];
}

/** Accuracy, precision and recall of probabilities at each threshold. */
export function thresholdMetrics(thresholds: readonly number[], predictions: string): readonly MetricDefinition[] {
  // As in the original, of two thresholds with one key the last counts, at the place of the first.
  const byKey = new Map(thresholds.map((threshold) => [formatG(threshold), threshold]));
  return [...byKey.values()].flatMap((threshold) => {
    const accumulator = confusion(threshold, { predictions });
    return [
      { key: MetricKeys.accuracyAtThreshold(threshold), accumulator, result: accuracy },
      { key: MetricKeys.precisionAtThreshold(threshold), accumulator, result: precision },
      { key: MetricKeys.recallAtThreshold(threshold), accumulator, result: recall },
    ];
  });
}

/** A class that has metrics of its own, and what it is called in their keys. */
export interface MetricClass {
  readonly id: number;
  readonly name: string | undefined;
}

/** The mean probability and both areas of each of some classes. */
export function classMetrics(classes: readonly MetricClass[]): readonly MetricDefinition[] {
  return classes.flatMap(({ id, name }) => {
    const [meanKey, aucKey, prKey] =
      name === undefined
        ? [MetricKeys.probabilityMeanAtClass(id), MetricKeys.aucAtClass(id), MetricKeys.aucPrAtClass(id)]
        : [MetricKeys.probabilityMeanAtName(name), MetricKeys.aucAtName(name), MetricKeys.aucPrAtName(name)];
    return [
      meanMetric(meanKey, `probabilities/${id}`),
      ...curveMetrics(aucKey, prKey, { predictions: `probabilities/${id}`, labels: `labels/${id}` }),
    ];
  });
}

/** What {@link classMetrics} read. */
export function classQuantities(classes: readonly MetricClass[]): Quantities {
  return Object.fromEntries(
    classes.flatMap(({ id }) => [
      [`probabilities/${id}`, column('probabilities', id)],
      [`labels/${id}`, column('labels', id)],
    ]),
  );
}

function column(name: string, index: number): HostQuantity {
  return {
    of: [name],
    compute(batch) {
      const { values, shape } = batch.get(name);
      const k = shape.at(-1) as number;
      const entries = new Float64Array(values.length / k);
      for (let row = 0; row < entries.length; row++) entries[row] = values[row * k + index] as number;
      return { values: entries, shape: [...shape.slice(0, -1), 1] };
    },
  };
}
