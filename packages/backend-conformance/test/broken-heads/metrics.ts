import { onesLike, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Metric, Metrics } from '@tfjs-heads/head-api';
import { breakHead, withResult, type BrokenHeads, type Methods } from './broken-head.js';

/** Every metric of a head replaced. The head still finds what it needs of the right ones. */
function withMetrics(change: (right: Metric) => Partial<Metric>): (methods: Methods) => Partial<Methods> {
  return ({ metrics }) => ({
    metrics: (options) => {
      const entries = Object.entries(metrics(options)).map(([key, metric]) => {
        return [key, Object.assign(metric, change(boundTo(metric)))] as const;
      });
      return Object.fromEntries(entries);
    },
  });
}

function boundTo(metric: Metric): Metric {
  const { update, result, reset, state, merge, dispose } = metric;
  return {
    update: update.bind(metric),
    result: result.bind(metric),
    reset: reset.bind(metric),
    state: state.bind(metric),
    merge: merge.bind(metric),
    dispose: dispose.bind(metric),
  };
}

/** Heads that train well and are measured wrongly. */
export const wrongMetrics: BrokenHeads = {
  AveragesBatches: {
    wrong: 'metrics are means of the means of batches',
    caughtBy: 'law:metrics-split:rows=5',
    says: "the metric 'average_loss'",
    subject: breakHead(({ metrics, updateMetrics }) => {
      const results = new WeakMap<Metric, Promise<number>[]>();
      return {
        metrics: (options) => {
          const all = metrics(options);
          for (const metric of Object.values(all)) results.set(metric, []);
          return all;
        },
        updateMetrics(all, features, logits, labels, options) {
          const batch = updateMetrics(metrics(options), features, logits, labels, options);
          updateMetrics(all, features, logits, labels, options);
          for (const [key, metric] of Object.entries(all)) {
            const means = results.get(metric);
            means?.push((batch[key] as Metric).result());
            metric.result = async () => {
              const each = await Promise.all(means ?? []);
              return each.reduce((sum, mean) => sum + mean, 0) / each.length;
            };
          }
          return all;
        },
      };
    }),
  },
  MergesNothing: {
    wrong: 'merge takes a state and leaves it',
    caughtBy: 'law:metrics-merge:rows=5',
    says: 'the metric',
    subject: breakHead(withMetrics(() => ({ merge: () => undefined }))),
  },
  NeverForgets: {
    wrong: 'reset does nothing',
    caughtBy: 'law:metrics-reset:rows=4',
    says: 'the metric',
    subject: breakHead(withMetrics(() => ({ reset: () => undefined }))),
  },
  StandsStill: {
    wrong: 'metrics sum in float32, which stands still at 2^24',
    caughtBy: 'law:metrics-count-on:rows=3',
    says: 'what a batch adds',
    subject: breakHead(withMetrics(({ state }) => ({
      async state() {
        const { metric, sums } = await state();
        return { metric, sums: sums.map((sum) => Math.fround(Number(sum))) };
      },
    }))),
  },
  UnweightedMetrics: {
    wrong: 'metrics take no notice of weights',
    caughtBy: 'law:weight-zero-is-row-removed:reduction=sum,rows=5',
    says: 'the metric',
    subject: breakHead(({ updateMetrics }, { weightColumn = '' }) => ({
      updateMetrics(metrics, features, logits, labels, options) {
        const weights = features?.[weightColumn] as Tensor | undefined;
        if (weights === undefined) return updateMetrics(metrics, features, logits, labels, options);
        tidy(() => void updateMetrics(metrics, { [weightColumn]: onesLike(weights) }, logits, labels, options));
        return metrics;
      },
    })),
  },
  Drifts: {
    wrong: 'each evaluation comes out a little higher',
    caughtBy: 'law:same-twice:rows=5',
    says: 'the metrics',
    subject: breakHead(({ updateMetrics }) => {
      let calls = 0;
      return {
        updateMetrics(...args) {
          const drift = 1e-7 * calls++;
          return Object.fromEntries(Object.entries(updateMetrics(...args)).map(([key, one]) => [key, withResult(one, (result) => result + drift)]));
        },
      };
    }),
  },
  OtherKey: {
    wrong: "the metric 'average_loss' is called 'loss'",
    caughtBy: 'law:metric-keys',
    says: 'the keys',
    subject: breakHead(({ metrics, updateMetrics }) => ({
      metrics: (options) => renamed(metrics(options), 'average_loss', 'loss'),
      updateMetrics(all, ...batch) {
        updateMetrics(renamed(all, 'loss', 'average_loss'), ...batch);
        return all;
      },
    })),
  },
};

function renamed(metrics: Metrics, from: string, to: string): Metrics {
  return Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key === from ? to : key, metric]));
}
