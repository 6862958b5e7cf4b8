import {
  cast,
  getBackend,
  isNaN,
  logicalAnd,
  mean,
  mul,
  oneHot,
  onesLike,
  sub,
  tensor,
  tidy,
  where,
  zerosLike,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { headError } from '@tfjs-heads/head-kit';
import { sizeOf } from '@tfjs-heads/reference';
import { breakHead, of3, right, type BrokenHeads } from './broken-head.js';

/** Heads that are not what a head is, or not what they say. */
export const wrongByContract: BrokenHeads = {
  NoCode: {
    wrong: 'its errors have no code',
    caughtBy: 'law:errors:code=LABELS_SHAPE',
    says: 'expected an error with a code',
    subject: breakHead(({ loss }) => ({
      loss(...args) {
        try {
          return loss(...args);
        } catch (error) {
          throw new Error((error as Error).message, { cause: error });
        }
      },
    })),
  },
  CountsFirst: {
    wrong: 'a refused batch has already been counted by the metrics',
    caughtBy: 'law:errors:code=LABELS_SHAPE',
    says: 'metric',
    subject: breakHead(({ updateMetrics }) => ({
      updateMetrics(metrics, ...batch) {
        try {
          return updateMetrics(metrics, ...batch);
        } catch (error) {
          for (const [metric, counted] of Object.entries(metrics))
            counted.merge({ version: 1, metric, settings: {}, rows: 1, sums: [1, 1] });
          throw error;
        }
      },
    })),
  },
  AnyLabel: {
    wrong: 'claims to refuse negative labels, and takes them',
    caughtBy: 'law:labels-range:label=-1,from=host',
    says: 'loss with the label -1: got no error',
    subject: { ...right, labels: 'count', labelsOutOfRange: [-1] },
  },
  NaNLabels: {
    wrong: 'refuses negative labels, and takes NaN',
    caughtBy: 'law:labels-range:label=-1,from=host',
    says: 'loss with the label NaN: got no error',
    subject: breakHead(
      ({ loss, updateMetrics }) => ({
        loss: (labels, ...rest) => loss(notNegative(labels), ...rest),
        updateMetrics: (metrics, features, logits, labels, options) =>
          updateMetrics(metrics, features, logits, notNegative(labels), options),
      }),
      { labels: 'count', labelsOutOfRange: [-1] },
    ),
  },
  OtherDtype: {
    wrong: 'claims float32 predictions, and predicts int32',
    caughtBy: 'law:predictions-as-claimed:rows=3',
    says: "the dtype of predictions['predictions']",
    subject: breakHead(({ predictions }) => ({
      predictions: (...args) => mapped(predictions(...args), (values) => cast(values, 'int32')),
    })),
  },
  Centered: {
    wrong: 'the mean of the batch is taken from its predictions',
    caughtBy: 'law:rows-independent:rows=5',
    says: "predictions['predictions']",
    subject: breakHead(({ predictions }) => ({
      predictions: (...args) => mapped(predictions(...args), (values) => sub(values, mean(values))),
    })),
  },
  SwallowsSecondNaN: {
    wrong: 'a NaN in the second of three logits is a prediction of 0',
    caughtBy: 'law:nan-stays-in-predictions:rows=5',
    says: "the places of predictions['predictions'] that go with logit 1 and are no NaN where it is one: got [7]",
    subject: {
      ...of3,
      create: (options) => {
        const head = of3.create(options);
        const predict = head.predictions.bind(head);
        const second = (x: Tensor): Tensor => mul(oneHot(1, 3), onesLike(x));
        const swallowed = (x: Tensor): Tensor => where(logicalAnd(isNaN(x), cast(second(x), 'bool')), zerosLike(x), x);
        return Object.assign(head, {
          predictions: (...args: Parameters<typeof predict>) =>
            mapped(predict(...args), (values) => tidy(() => swallowed(values))),
        });
      },
    },
  },
  NamesOnThisBackend: {
    wrong: 'predicts other class names on the backend under test',
    caughtBy: 'parity:outputs:rows=2,inputs=device',
    says: 'predictions/classes: got ["no","no"], expected ["yes","yes"]',
    subject: breakHead(
      ({ predictions }) => ({
        predictions(logits, keys) {
          const rows = logits.shape.slice(0, -1);
          const names = Array.from({ length: sizeOf(rows) }, () => (getBackend() === 'cpu' ? 'no' : 'yes'));
          return { ...predictions(logits, keys), classes: tensor(names, [...rows, 1], 'string') };
        },
      }),
      { predictions: { ...right.predictions, classes: { lastDimension: 1, dtype: 'string' } } },
    ),
  },
  ExportsOnThisBackend: {
    wrong: 'predictions and exports are off by 1e-4 on the backend under test',
    caughtBy: 'parity:specs:mode=infer,rows=33,weights=rows',
    says: 'predictions',
    subject: breakHead(({ predictions }) => ({
      predictions: (...args) =>
        mapped(predictions(...args), (values) => mul(values, getBackend() === 'cpu' ? 1.0001 : 1)),
    })),
  },
};

function mapped<T extends object>(values: T, map: (prediction: Tensor) => Tensor): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries<Tensor>(values as Record<string, Tensor>).map(([key, prediction]) => [key, map(prediction)]),
  );
}

function notNegative(labels: Tensor): Tensor {
  if (labels.dataSync().some((label) => label < 0)) throw headError('LABELS_RANGE', 'Labels must not be negative.');
  return labels;
}
