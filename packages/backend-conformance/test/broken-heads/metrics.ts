import {
  div,
  greater,
  onesLike,
  reshape,
  sqrt,
  square,
  squaredDifference,
  tidy,
  where,
  zerosLike,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { Mean } from '@tfjs-heads/head-kit';
import type { Metric, Metrics } from '@tfjs-heads/head-api';
import { sumValue } from '@tfjs-heads/reference';
import type { HeadOptions } from '../../src/index.js';
import { breakHead, of3, withResult, type BrokenHeads, type Methods } from './broken-head.js';

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

/** Metrics, or one of them, weighted by something else than the weights. */
function measuringBy(
  change: (weights: Tensor) => Tensor,
  only?: string,
): (methods: Methods, options: HeadOptions) => Partial<Methods> {
  return ({ updateMetrics, metrics: fresh }, { weightColumn = '' }) => ({
    updateMetrics(metrics, features, logits, labels, options) {
      const weights = features?.[weightColumn] as Tensor | undefined;
      if (weights === undefined) return updateMetrics(metrics, features, logits, labels, options);
      const changed = Object.fromEntries(Object.entries(metrics).filter(([key]) => only === undefined || key === only));
      // Those that are not meant are measured by others that nobody looks at.
      const besides = fresh(options);
      updateMetrics(
        { ...metrics, ...besides, ...(only !== undefined && without(metrics, only)) },
        features,
        logits,
        labels,
        options,
      );
      tidy(
        () =>
          void updateMetrics(
            { ...besides, ...changed },
            { ...features, [weightColumn]: change(weights) },
            logits,
            labels,
            options,
          ),
      );
      return metrics;
    },
  });
}

function without(metrics: Metrics, key: string): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([other]) => other !== key));
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
    subject: breakHead(
      withMetrics(({ state }) => ({
        async state() {
          const { sums, ...others } = await state();
          return { ...others, sums: sums.map((sum) => Math.fround(sumValue(sum))) };
        },
      })),
    ),
  },
  UnweightedMetrics: {
    wrong: 'metrics take no notice of weights',
    caughtBy: 'law:weight-zero-is-row-removed:reduction=sum,rows=5',
    says: 'the metric',
    subject: breakHead(measuringBy(onesLike)),
  },
  SquaredWeights: {
    wrong: 'metrics are weighted by the squares of the weights',
    caughtBy: 'law:weight-is-count:rows=5',
    says: "the metric 'average_loss'",
    subject: breakHead(measuringBy(square)),
  },
  SquaredWeightsOfOne: {
    wrong: 'the metric label/mean is weighted by the squares of the weights',
    caughtBy: 'law:weight-is-count:rows=5',
    says: "the metric 'label/mean'",
    subject: breakHead(measuringBy(square, 'label/mean')),
  },
  RootsOfWeights: {
    wrong: 'metrics are weighted by the roots of the weights',
    caughtBy: 'law:weights-add:rows=5',
    says: "the metric 'average_loss'",
    subject: breakHead(measuringBy(sqrt)),
  },
  UnweightedMean: {
    wrong: 'the metric prediction/mean takes no notice of weights',
    caughtBy: 'law:weight-is-count:rows=5',
    says: "the metric 'prediction/mean'",
    subject: breakHead(measuringBy(onesLike, 'prediction/mean')),
  },
  WeightsBelowOnly: {
    wrong: 'the metric average_loss is the plain sum over the sum of the weights',
    caughtBy: 'law:weight-is-count:rows=5',
    says: "the metric 'average_loss'",
    subject: breakHead(({ updateMetrics }, { weightColumn = '' }) => ({
      updateMetrics(metrics, features, logits, labels, options) {
        const weights = features?.[weightColumn] as Tensor | undefined;
        const { average_loss: metric, ...others } = metrics;
        if (weights === undefined || metric === undefined)
          return updateMetrics(metrics, features, logits, labels, options);
        updateMetrics({ ...others, average_loss: new Mean() }, features, logits, labels, options);
        tidy(() => {
          const losses = squaredDifference(logits, reshape(labels, logits.shape));
          const each = reshape(weights, losses.shape);
          const some = greater(each, 0);
          metric.update(where(some, div(losses, where(some, each, onesLike(each))), zerosLike(losses)), each);
        });
        return metrics;
      },
    })),
  },
  CountsRowsLess: {
    wrong: 'weights [B] for logits [B, 1, K] count for a K-th of what they should in the metrics of several batches',
    caughtBy: 'law:weights-mixed:rows=4x1',
    says: "the metric 'average_loss'",
    subject: {
      ...of3,
      create: (options) => {
        const head = of3.create(options);
        const right = head.updateMetrics.bind(head);
        const updateMetrics: typeof right = (metrics, features, logits, labels, more) => {
          const weights = features?.[String(options.weightColumn)] as Tensor | undefined;
          const isFlat = weights?.rank === 1 && logits.rank === 3;
          if (!isFlat) return right(metrics, features, logits, labels, more);
          tidy(
            () =>
              void right(
                metrics,
                { ...features, [String(options.weightColumn)]: div(weights, head.logitsDimension) },
                logits,
                labels,
                more,
              ),
          );
          return metrics;
        };
        return Object.assign(head, { updateMetrics });
      },
    },
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
          return Object.fromEntries(
            Object.entries(updateMetrics(...args)).map(([key, metric]) => [
              key,
              withResult(metric, (result) => result + drift),
            ]),
          );
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
