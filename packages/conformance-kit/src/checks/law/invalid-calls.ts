import { scalar, tensor as tensorOfTfjs, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  ModeKeys,
  type EstimatorSpecArgs,
  type Head,
  type HeadErrorCode,
  type MetricState,
  type Metrics,
} from '@tfjs-heads/head-api';
import { tensorOf, WEIGHT, type BatchTensors } from '../../batch.js';
import { filled, sizeOf } from '@tfjs-heads/reference';
import type { NamedSubject } from '../../subject.js';
import { labelsOf, weightsOf } from './claims.js';

/** What a wrong call is made of. */
export interface Situation {
  readonly subject: NamedSubject;
  readonly head: Head;
  /** Right ones, with weights if the subject has any. */
  readonly tensors: BatchTensors;
  /** Metrics that have seen a batch. */
  readonly metrics: Metrics;
  /** The state of the first of them. */
  readonly state: MetricState;
  /** A training step with right arguments but for those given. */
  train(wrong: Readonly<Record<string, unknown>>): unknown;
}

/** Something that a head must refuse, and what the message must name: a shape, a key. */
export interface WrongCall {
  readonly what: string;
  readonly run: () => unknown;
  readonly named?: string | readonly number[];
}

type Wrongs = (situation: Situation) => readonly WrongCall[];

/** All calls that a batch goes into, with some of its tensors wrong. */
function everyCall(
  { head, tensors, metrics }: Situation,
  wrong: Partial<Record<keyof BatchTensors, unknown>>,
  what: string,
  named?: WrongCall['named'],
): WrongCall[] {
  const { logits, labels, features } = { ...tensors, ...wrong } as BatchTensors;
  const calls = {
    loss: () => head.loss(labels, logits, { features }),
    updateMetrics: () => head.updateMetrics(metrics, features, logits, labels),
    'createEstimatorSpec to evaluate': () =>
      head.createEstimatorSpec({ mode: ModeKeys.EVAL, logits, labels, features }),
    ...('logits' in wrong && { predictions: () => head.predictions(logits) }),
  };
  return Object.entries(calls).map(([call, run]) => ({
    what: `${call} with ${what}`,
    run,
    ...(named !== undefined && { named }),
  }));
}

/** Zeros, of the dtype of another tensor if one is given. */
function ofShape(shape: readonly number[], like?: Tensor): Tensor {
  return tensorOf(filled(shape, 0), like?.dtype === 'int32' ? 'int32' : 'float32');
}

/** One word, everywhere. */
function strings(shape: readonly number[]): Tensor {
  return tensorOfTfjs(
    Array.from({ length: sizeOf(shape) }, () => 'one'),
    [...shape],
    'string',
  );
}

/** Shapes that are wrong, in all calls. */
function shapes(
  situation: Situation,
  part: 'logits' | 'labels' | 'features',
  wrong: readonly (readonly number[])[],
): WrongCall[] {
  return wrong.flatMap((shape) => {
    const tensor = ofShape(shape, part === 'labels' ? situation.tensors.labels : undefined);
    const given = part === 'features' ? { ...situation.tensors.features, [WEIGHT]: tensor } : tensor;
    return everyCall(situation, { [part]: given }, `${part} of shape [${shape.join()}]`, shape);
  });
}

function training(code: HeadErrorCode, ...wrong: readonly Readonly<Record<string, unknown>>[]): Record<string, Wrongs> {
  const text = (args: Readonly<Record<string, unknown>>): string =>
    Object.entries(args)
      .map(([key, value]) => `${key}: ${value === undefined ? 'none' : typeof value}`)
      .join(', ');
  return {
    [code]: ({ train }) => wrong.map((args) => ({ what: `training with ${text(args)}`, run: () => train(args) })),
  };
}

/** What a head must refuse, by the code of the error. Calls that a subject's claims allow are not among them. */
export const wrongs: Readonly<Record<string, Wrongs>> = {
  LOGITS_SHAPE: (s) => {
    const [rows, k] = s.tensors.logits.shape as [number, number];
    return shapes(s, 'logits', [[rows], [rows, k + 1], [2, rows, k + 2]]);
  },
  LOGITS_MISSING: (s) => everyCall(s, { logits: undefined }, 'no logits'),
  LOGITS_DTYPE: (s) => everyCall(s, { logits: strings(s.tensors.logits.shape) }, 'strings for logits'),
  LABELS_MISSING: (s) => [
    ...everyCall(s, { labels: undefined }, 'no labels'),
    { what: 'training without labels', run: () => s.train({ labels: undefined }) },
  ],
  LABELS_SHAPE: (s) => {
    const [rows, k] = s.tensors.labels.shape as [number, number];
    return shapes(s, 'labels', [
      [rows + 1, k],
      [rows, k + 1],
      [rows, k, 2],
      [1, rows, k],
    ]);
  },
  LABELS_DTYPE: (s) =>
    labelsOf(s.subject) === 'class'
      ? []
      : everyCall(s, { labels: strings(s.tensors.labels.shape) }, 'strings for labels'),
  WEIGHTS_MISSING: (s) => {
    const { [WEIGHT]: _, ...others } = s.tensors.features;
    return Object.entries({ 'no features': undefined, 'features without weights': others }).flatMap(
      ([what, features]) => everyCall(s, { features }, what, WEIGHT),
    );
  },
  WEIGHTS_SHAPE: (s) => {
    const [rows, k] = s.tensors.logits.shape as [number, number];
    const perLogit = weightsOf(s.subject) === 'rows' && k > 1 ? [[rows, k]] : [];
    return shapes(s, 'features', [[], [rows + 1], [1, rows], [1], [rows, k + 1], ...perLogit]);
  },
  WEIGHTS_DTYPE: (s) => {
    const features = { ...s.tensors.features, [WEIGHT]: strings(s.tensors.logits.shape.slice(0, -1)) };
    return everyCall(s, { features }, 'strings for weights');
  },
  TENSOR_DISPOSED: (s) => {
    const disposed = (like: Tensor): Tensor => {
      const tensor = ofShape(like.shape, like);
      tensor.dispose();
      return tensor;
    };
    const { logits, labels, features } = s.tensors;
    const weights = features[WEIGHT];
    const regularizationLosses = [disposed(ofShape([])) as Scalar];
    return [
      ...everyCall(s, { logits: disposed(logits) }, 'disposed logits'),
      ...everyCall(s, { labels: disposed(labels) }, 'disposed labels'),
      ...(weights === undefined
        ? []
        : everyCall(s, { features: { ...features, [WEIGHT]: disposed(weights) } }, 'disposed weights')),
      {
        what: 'a disposed regularization loss',
        run: () => s.head.loss(labels, logits, { features, regularizationLosses }),
      },
    ];
  },
  PREDICTION_KEY_INVALID: ({ head, tensors }) => [
    {
      what: 'a key that there is not',
      run: () => head.predictions(tensors.logits, ['no such key']),
      named: 'no such key',
    },
  ],
  MODE_INVALID: ({ head, tensors }) =>
    ['predict', 'TRAIN', undefined].map((mode) => ({
      what: `the mode ${String(mode)}`,
      run: () => head.createEstimatorSpec({ ...tensors, mode: mode as EstimatorSpecArgs['mode'] & undefined }),
      named: String(mode),
    })),
  EVAL_METRICS_INVALID: ({ head, tensors: { logits, labels, features } }) => [
    { what: 'metrics without those of the head', run: () => head.updateMetrics({}, features, logits, labels) },
  ],
  METRIC_STATE_INVALID: ({ metrics, state: { metric: kind, sums } }) => {
    const [key, metric] = Object.entries(metrics)[0] ?? [];
    const states = [
      { metric: 'no such metric', sums },
      { metric: kind, sums: [...sums, 1] },
      { metric: kind, sums: [] },
    ];
    return states.map((state) => ({
      what: `${String(key)} merging ${JSON.stringify(state)}`,
      run: () => metric?.merge(state),
    }));
  },
  REGULARIZATION_LOSSES_INVALID: ({ head, tensors: { logits, labels, features } }) => {
    const vector = ofShape([2]);
    const lists = { 'a vector': [vector], 'a number': [1], 'no list': scalar(1) };
    return Object.entries(lists).map(([what, regularizationLosses]) => ({
      what: `regularization losses that are ${what}`,
      run: () => head.loss(labels, logits, { features, regularizationLosses: regularizationLosses as never }),
    }));
  },
  ...training('LOGITS_NOT_A_FUNCTION', { logits: 'tensor' }),
  ...training('TRAINABLE_VARIABLES_MISSING', { trainableVariables: undefined }),
  ...training('TRAINABLE_VARIABLES_INVALID', { trainableVariables: {} }, { trainableVariables: [1] }),
  ...training('TRAIN_OP_MISSING', { optimizer: undefined }),
  ...training('TRAIN_OP_CONFLICT', { trainOpFn: () => undefined }),
  ...training('OPTIMIZER_INVALID', { optimizer: {} }),
  ...training('UPDATE_OPS_INVALID', { updateOps: [1] }, { updateOps: () => undefined }),
};
