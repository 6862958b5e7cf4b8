// The same rows in any order, cut into any batches, merged from any number of states: each metric of each head to the bit.
import '@tensorflow/tfjs-backend-cpu';
import { cast, concat, expandDims, greater, setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Metric, MetricState, Metrics } from '@tfjs-heads/head-api';
import { BinaryClassHead, MultiClassHead, MultiLabelHead } from '@tfjs-heads/head-classification';
import { Accuracy, AUC, BinaryAccuracy, Mean, Precision, Recall } from '@tfjs-heads/head-kit';
import { MultiHead, SequentialHeadWrapper } from '@tfjs-heads/head-multi';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { random } from '@tfjs-heads/reference';
import { beforeAll, describe, expect, it } from 'vitest';

/** What is evaluated, of logits and labels of so many columns. */
interface Evaluated {
  readonly logits: number;
  readonly labels: number;
  readonly label: (next: () => number) => number;
  /** Default: float32. */
  readonly labelType?: 'int32';
  /** How many rows there are. Default: 100,000. */
  readonly rows?: number;
  readonly metrics: () => Metrics;
  /** A mean over batches, which depends on how they are cut. */
  readonly isByBatch?: (key: string) => boolean;
  readonly update: (metrics: Metrics, logits: Tensor, labels: Tensor, weight: Tensor) => unknown;
}

const weightColumn = 'weight';
function ofHead(
  head: Head,
  { labels = head.logitsDimension as number, label = (next: () => number): number => next() },
): Evaluated {
  return {
    logits: head.logitsDimension as number,
    labels,
    label,
    metrics: () => head.metrics(),
    update: (metrics, x, y, weight) => head.updateMetrics(metrics, { weight }, x, y),
  };
}

/** The classes of metrics, used by themselves. */
const classes: Evaluated = {
  logits: 1,
  labels: 1,
  label: (next) => Number(next() < 0.4),
  metrics: () => ({
    Mean: new Mean(),
    Accuracy: new Accuracy(),
    BinaryAccuracy: new BinaryAccuracy(),
    Precision: new Precision(),
    Recall: new Recall(),
    ROC: new AUC(),
    PR: new AUC({ curve: 'PR' }),
  }),
  update({ Mean: mean, ...others }, x, y, weight) {
    mean?.update(x, weight);
    for (const metric of Object.values(others)) metric.update(y, x, weight);
  },
};

const yesOrNo = (next: () => number): number => Number(next() < 0.4);

/** Three heads of the same logits and labels: what each measures by itself is the same, and all are read together. */
const regressions = new MultiHead({
  heads: [
    new RegressionHead({ weightColumn, name: 'plain' }),
    new PoissonRegressionHead({ weightColumn, name: 'counts' }),
    new LogisticRegressionHead({ weightColumn, name: 'shares' }),
  ],
});
const forEach = (same: Tensor): Readonly<Record<string, Tensor>> => ({ plain: same, counts: same, shares: same });
const ofRegressions: Evaluated = {
  logits: 1,
  labels: 1,
  label: yesOrNo,
  metrics: () => regressions.metrics(),
  isByBatch: (key) => key.startsWith('loss/'),
  update: (metrics, x, y, weight) => regressions.updateMetrics(metrics, { weight }, forEach(x), forEach(y)),
};

/** Sequences of two steps, of which those are real whose logit is not too small. */
const sequences = new SequentialHeadWrapper({
  staticHead: new LogisticRegressionHead({ weightColumn }),
  featureColumns: weightColumn,
});
const ofSequences: Evaluated = {
  logits: 2,
  labels: 2,
  rows: 50_000,
  label: (next) => next(),
  metrics: () => sequences.metrics(),
  update(metrics, x, y, weight) {
    const features = { [weightColumn]: concat([weight, weight], 1), sequence_length_mask: greater(x, -2) };
    return sequences.updateMetrics(metrics, features, expandDims(x, 2), y);
  },
};

const evaluated: Readonly<Record<string, Evaluated>> = {
  'RegressionHead of 2': ofHead(new RegressionHead({ weightColumn, labelDimension: 2 }), {}),
  'MultiHead of the three heads of regression': ofRegressions,
  SequentialHeadWrapper: ofSequences,
  BinaryClassHead: ofHead(new BinaryClassHead({ weightColumn, thresholds: [0.25, 0.9] }), { label: yesOrNo }),
  MultiClassHead: {
    ...ofHead(new MultiClassHead({ weightColumn, nClasses: 3 }), {
      labels: 1,
      label: (next) => Math.floor(3 * next()),
    }),
    labelType: 'int32',
  },
  MultiLabelHead: ofHead(
    new MultiLabelHead({ weightColumn, nClasses: 2, thresholds: [0.5], classesForClassBasedMetrics: [1] }),
    { label: yesOrNo },
  ),
  'the classes of metrics': classes,
};

const ORDERS = 50;

beforeAll(() => setBackend('cpu'));

describe.each(Object.entries(evaluated))('%s', (_, given) => {
  const { logits, labels, label, labelType, rows = 100_000, metrics, update } = given;
  it(`of ${rows.toLocaleString('en')} weighted rows is one value to the bit, in ${ORDERS} orders, cuts and merges`, async () => {
    const next = random(29);
    const drawn = {
      // Over many sizes, so that what has to be rounded off is not the same for all.
      logits: Float32Array.from({ length: rows * logits }, () => 8 * (next() - 0.5) * Math.exp(-6 * next())),
      labels: Float32Array.from({ length: rows * labels }, () => label(next)),
      weight: Float32Array.from({ length: rows }, () => Math.exp(10 * (next() - 0.5))),
    };
    const order = Uint32Array.from({ length: rows }, (_row, row) => row);
    /** All rows in the order of the moment, so that a batch is a view. */
    const ordered = {
      logits: Float32Array.from(drawn.logits),
      labels: Float32Array.from(drawn.labels),
      weight: Float32Array.from(drawn.weight),
    };
    const reorder = (): void => {
      for (let i = rows - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1));
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      for (const [from, to, width] of [
        [drawn.logits, ordered.logits, logits],
        [drawn.labels, ordered.labels, labels],
        [drawn.weight, ordered.weight, 1],
      ] as const)
        for (let row = 0, at = 0; row < rows; row++)
          for (let column = 0, source = (order[row] as number) * width; column < width; column++, at++, source++)
            to[at] = from[source] as number;
    };

    /** Metrics of some rows in the order of the moment, cut into batches of random sizes. */
    const measure = (from: number, to: number): Metrics => {
      const measured = metrics();
      for (let start = from; start < to;) {
        const end = Math.min(to, start + 1 + Math.floor(20_000 * next() ** 3));
        const part = (values: Float32Array, width: number): Tensor =>
          tensor(values.slice(start * width, end * width), [end - start, width]);
        tidy(() => {
          update(
            measured,
            part(ordered.logits, logits),
            cast(part(ordered.labels, labels), labelType ?? 'float32'),
            part(ordered.weight, 1),
          );
        });
        start = end;
      }
      return measured;
    };
    const ofEach = async <T>(measured: Metrics, ask: (metric: Metric) => Promise<T>): Promise<Record<string, T>> => {
      const meant = Object.entries(measured).filter(([key]) => given.isByBatch?.(key) !== true);
      return Object.fromEntries(
        await Promise.all(meant.map(async ([key, metric]) => [key, await ask(metric)] as const)),
      );
    };
    const statesOf = (measured: Metrics): Promise<Record<string, MetricState>> =>
      ofEach(measured, (metric) => metric.state());
    const resultsOf = (measured: Metrics): Promise<Record<string, number>> =>
      ofEach(measured, (metric) => metric.result());

    const first = measure(0, rows);
    const expected = { states: JSON.stringify(await statesOf(first)), results: await resultsOf(first) };
    for (const value of Object.values(expected.results)) expect(value).toBeGreaterThan(-Infinity);
    for (let round = 1; round < ORDERS; round++) {
      reorder();
      const cuts = [
        0,
        ...Array.from({ length: round % 5 }, () => Math.floor(next() * rows)).toSorted((a, b) => a - b),
        rows,
      ];
      const merged = metrics();
      for (const [part, to] of cuts.slice(1).entries()) {
        const states = JSON.parse(JSON.stringify(await statesOf(measure(cuts[part] as number, to)))) as Record<
          string,
          MetricState
        >;
        for (const [key, state] of Object.entries(states)) merged[key]?.merge(state);
      }
      expect(JSON.stringify(await statesOf(merged))).toBe(expected.states);
      expect(await resultsOf(merged)).toEqual(expected.results);
    }
  });
});
