import { mul, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Features, Head, LossOptions, Metrics } from '@tfjs-heads/head-api';
import {
  estimatorSpec,
  headError,
  isMap,
  Mean,
  regularizationScalars,
  sumOfScalars,
  updateTogether,
  type BaseHeadOptions,
} from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import type { Subject } from '../../src/index.js';
import { ClassHead } from './class-head.js';

type ByHead = Readonly<Record<string, Tensor>>;
type Heads = Readonly<Record<'size' | 'kind', Head<Tensor, Tensor>>>;

/** How the losses of both become one; a broken head does something else. */
export type Merge = (losses: Readonly<Record<'size' | 'kind', Scalar>>) => Scalar[];

const merge: Merge = ({ size, kind }) => [size, mul(kind, 0.5)];

/** A size and a kind, of one network: a stranger's head that is made of heads. */
export function twoHeaded(options: Partial<BaseHeadOptions>, merging: Merge = merge): Head<ByHead, ByHead> {
  const { weightColumn, lossReduction } = options;
  const given = { weightColumn, lossReduction };
  const heads: Heads = {
    size: new RegressionHead({ ...given, name: 'size', labelDimension: 2 }),
    kind: new ClassHead({ ...given, name: 'kind' }),
  };
  const names = Object.keys(heads) as (keyof Heads)[];

  const partOf = (what: 'LABELS' | 'LOGITS', parts: unknown, name: string): Tensor => {
    const part = isMap(parts) ? parts[name] : undefined;
    if (part === undefined)
      throw headError(`${what}_MISSING`, `There must be ${what.toLowerCase()} of '${name}', got none.`);
    return part as Tensor;
  };
  const lossesOf = (labels: ByHead, logits: ByHead, features: Features | undefined): Parameters<Merge>[0] => {
    const lossOf = (name: keyof Heads): Scalar =>
      heads[name].loss(partOf('LABELS', labels, name), partOf('LOGITS', logits, name), { features });
    return { size: lossOf('size'), kind: lossOf('kind') };
  };

  const head: Head<ByHead, ByHead> = {
    apiVersion: 1,
    name: undefined,
    logitsDimension: names.reduce((sum, name) => sum + heads[name].logitsDimension, 0),
    lossReduction: heads.size.lossReduction,
    loss: (labels, logits, { features, regularizationLosses }: LossOptions = {}) =>
      tidy(() =>
        sumOfScalars([
          ...merging(lossesOf(labels, logits, features)),
          ...(regularizationScalars(regularizationLosses) ?? []),
        ]),
      ),
    predictions: (logits, keys) =>
      tidy(() => {
        const all = names.flatMap((name) =>
          Object.entries(heads[name].predictions(partOf('LOGITS', logits, name))).map(
            ([key, values]) => [`${name}/${key}`, values as Tensor] as const,
          ),
        );
        const unknown = keys?.find((key) => !all.some(([known]) => known === key));
        if (unknown !== undefined)
          throw headError(
            'PREDICTION_KEY_INVALID',
            `There is no prediction '${unknown}' among ${all.map(([key]) => key).join(', ')}.`,
          );
        return Object.fromEntries(all.filter(([key]) => keys === undefined || keys.includes(key as never)));
      }),
    metrics: ({ regularizationLosses } = {}): Metrics => ({
      ...(regularizationLosses !== undefined && { regularization_loss: new Mean() }),
      ...heads.size.metrics(),
      ...heads.kind.metrics(),
    }),
    updateMetrics: (metrics, features, logits, labels, { regularizationLosses } = {}) => {
      updateTogether(() =>
        tidy(() => {
          lossesOf(labels, logits, features); // what is wrong with one must be found before the other counts
          const regularization = regularizationScalars(regularizationLosses);
          for (const name of names) {
            const known = heads[name].metrics();
            const missing = Object.keys(known).find((key) => !(key in metrics));
            if (missing !== undefined)
              throw headError(
                'EVAL_METRICS_INVALID',
                `There must be a metric '${missing}', got ${Object.keys(metrics).join(', ')}.`,
              );
            heads[name].updateMetrics(
              metrics,
              features,
              partOf('LOGITS', logits, name),
              partOf('LABELS', labels, name),
            );
          }
          if (regularization !== undefined) metrics['regularization_loss']?.update(sumOfScalars(regularization));
        }),
      );
      return metrics;
    },
    createEstimatorSpec: (args) => estimatorSpec(head, args),
  };
  return head;
}

export const twoHeads: Subject = {
  create: (options) => twoHeaded(options),
  heads: { size: { logitsDimension: 2 }, kind: { logitsDimension: 3, labels: 'class', labelsOutOfRange: [-1, 3] } },
  metrics: [
    ...['average_loss', 'prediction/mean', 'label/mean'].map((key) => `${key}/size`),
    ...['accuracy', 'average_loss'].map((key) => `${key}/kind`),
  ],
  predictions: {
    'size/predictions': { lastDimension: 2, dtype: 'float32' },
    'kind/logits': { lastDimension: 3, dtype: 'float32' },
    'kind/probabilities': { lastDimension: 3, dtype: 'float32' },
    'kind/class_ids': { lastDimension: 1, dtype: 'int32' },
  },
};
