import { scalar, tensor as tensorOfTfjs, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  ModeKeys,
  type EstimatorSpecArgs,
  type Head,
  type HeadErrorCode,
  type MetricState,
  type Metrics,
  type SparseTensor,
} from '@tfjs-heads/head-api';
import { partsOf, tensorOf, WEIGHT, type Batch, type BatchTensors } from '../../batch.js';
import { filled, sizeOf } from '@tfjs-heads/reference';
import type { LabelClaims, NamedSubject } from '../../subject.js';
import { labelClaimsOf, weightsClaim } from './claims.js';

/** What a wrong call is made of. */
export interface Situation {
  readonly subject: NamedSubject;
  readonly head: Head;
  /** A right one, with weights if the subject has any. */
  readonly batch: Batch;
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
  return tensorOf({ ...filled(shape, 0), dtype: like?.dtype === 'int32' ? 'int32' : 'float32' });
}

/** One word, everywhere. */
function strings(shape: readonly number[]): Tensor {
  return tensorOfTfjs(
    Array.from({ length: sizeOf(shape) }, () => 'one'),
    [...shape],
    'string',
  );
}

/** The logits or the labels of one head, and the calls with others in their place. */
interface Part<T> {
  readonly name: string;
  readonly part: T;
  calls(wrong: unknown, what: string, named?: WrongCall['named']): WrongCall[];
}

/** The logits or the labels of each head. What is wrong of one head's alone must be refused, too. */
function partsIn<T extends object>(situation: Situation, key: 'logits' | 'labels'): Part<T>[] {
  const given = situation.tensors[key];
  return partsOf<T>(given as T).map(([name, part]) => ({
    name,
    part,
    calls: (wrong, what, named) =>
      everyCall(
        situation,
        { [key]: name === '' ? wrong : { ...given, [name]: wrong } },
        name === '' ? what : `${what} of ${name}`,
        named,
      ),
  }));
}

/** What one of several heads needs is not there: nothing stands under its name, or its name is not even among the keys. */
function missingOf(situation: Situation, key: 'logits' | 'labels'): WrongCall[] {
  return partsIn<object>(situation, key).flatMap(({ name, calls }) => {
    if (name === '') return [];
    const { [name]: _, ...others } = situation.tensors[key] as Readonly<Record<string, unknown>>;
    return [
      ...calls(undefined, `undefined for ${key}`, name),
      ...everyCall(situation, { [key]: others }, `no key for the ${key} of ${name}`, name),
    ];
  });
}

/**
 * Labels of a class are ids, or words where there is a vocabulary; others are numbers. Sparse ones may be ids of words, too, as
 * the original takes them.
 */
function wrongDtypesOf({ labels, vocabulary, sparse = false }: LabelClaims): ('float32' | 'int32' | 'string')[] {
  if (labels !== 'class') return ['string'];
  if (vocabulary === undefined) return ['float32', 'string'];
  return sparse ? ['float32'] : ['float32', 'int32'];
}

/** Shapes that are wrong, in all calls. */
function shapes(
  { calls }: Pick<Part<Tensor>, 'calls'>,
  what: string,
  wrong: readonly (readonly number[])[],
  like?: Tensor,
): WrongCall[] {
  return wrong.flatMap((shape) => calls(ofShape(shape, like), `${what} of shape [${shape.join()}]`, shape));
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
  LOGITS_SHAPE: (s) =>
    partsIn<Tensor>(s, 'logits').flatMap((logits) => {
      const [before, k] = [logits.part.shape.slice(0, -1), logits.part.shape.at(-1) as number];
      return shapes(logits, 'logits', [before, [...before, k + 1], [2, ...before, k + 2]]);
    }),
  LOGITS_MISSING: (s) => [...everyCall(s, { logits: undefined }, 'no logits'), ...missingOf(s, 'logits')],
  LOGITS_DTYPE: (s) =>
    partsIn<Tensor>(s, 'logits').flatMap(({ part, calls }) => calls(strings(part.shape), 'strings for logits')),
  LABELS_MISSING: (s) => [
    ...everyCall(s, { labels: undefined }, 'no labels'),
    ...missingOf(s, 'labels'),
    { what: 'training without labels', run: () => s.train({ labels: undefined }) },
  ],
  LABELS_SHAPE: (s) =>
    partsIn<Tensor | SparseTensor>(s, 'labels').flatMap((labels) => {
      const { part, calls } = labels;
      if ('denseShape' in part) {
        const [rows = 0, ...rest] = part.denseShape;
        return calls({ ...part, denseShape: [rows + 1, ...rest] }, 'sparse labels of a row more');
      }
      const [[rows = 0, ...inner], k] = [part.shape.slice(0, -1), part.shape.at(-1) as number];
      const wrong = [
        [rows + 1, ...inner, k],
        [rows, ...inner, k + 1],
        [rows, ...inner, k, 2],
        [1, rows, ...inner, k],
      ];
      return part.dtype === 'string'
        ? wrong.flatMap((shape) => calls(strings(shape), `labels of shape [${shape.join()}]`, shape))
        : shapes(labels, 'labels', wrong, part);
    }),
  LABELS_DTYPE: (s) =>
    partsIn<Tensor | SparseTensor>(s, 'labels').flatMap(({ name, part, calls }) => {
      const isSparse = 'denseShape' in part;
      const { shape } = isSparse ? part.values : part;
      const wrong: Readonly<Record<string, Tensor>> = {
        float32: tensorOf(filled(shape, 0)),
        int32: tensorOf({ ...filled(shape, 0), dtype: 'int32' }),
        string: strings(shape),
      };
      return wrongDtypesOf(labelClaimsOf(s.subject, name)).flatMap((dtype) => {
        const values = wrong[dtype] as Tensor;
        return calls(isSparse ? { ...part, values } : values, `labels of dtype ${dtype}`);
      });
    }),
  WEIGHTS_MISSING: (s) => {
    const { [WEIGHT]: _, ...others } = s.tensors.features;
    // A mask that is needed, too, may be missed first.
    const without = {
      ...(s.subject.mask === undefined && { 'no features': undefined }),
      'features without weights': others,
    };
    return Object.entries(without).flatMap(([what, features]) => everyCall(s, { features }, what, WEIGHT));
  },
  WEIGHTS_SHAPE: (s) => {
    const { batch, subject, tensors } = s;
    const [rows = 0, ...inner] = batch.weights?.shape ?? [];
    const widest = Math.max(...partsOf(batch.logits).map(([, { shape }]) => shape.at(-1) as number));
    const perLogit = weightsClaim(subject) === 'rows' && widest > 1 ? [[rows, ...inner, widest]] : [];
    const wrong = [[], [rows + 1, ...inner], [1, rows, ...inner], [1], [rows, ...inner, widest + 1], ...perLogit];
    const calls: Part<Tensor>['calls'] = (weights, what, named) =>
      everyCall(s, { features: { ...tensors.features, [WEIGHT]: weights } }, what, named);
    return shapes({ calls }, 'features', wrong);
  },
  WEIGHTS_DTYPE: (s) => {
    const features = { ...s.tensors.features, [WEIGHT]: strings(s.batch.weights?.shape ?? []) };
    return everyCall(s, { features }, 'strings for weights');
  },
  TENSOR_DISPOSED: (s) => {
    const disposed = (like: Tensor): Tensor => {
      const tensor = like.dtype === 'string' ? strings(like.shape) : ofShape(like.shape, like);
      tensor.dispose();
      return tensor;
    };
    const { logits, labels, features } = s.tensors;
    const weights = features[WEIGHT];
    const regularizationLosses = [disposed(ofShape([])) as Scalar];
    return [
      ...partsIn<Tensor>(s, 'logits').flatMap(({ part, calls }) => calls(disposed(part), 'disposed logits')),
      ...partsIn<Tensor | SparseTensor>(s, 'labels').flatMap(({ part, calls }) =>
        calls('denseShape' in part ? { ...part, values: disposed(part.values) } : disposed(part), 'disposed labels'),
      ),
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
  METRIC_STATE_INVALID: ({ metrics, state }) => {
    const [key, metric] = Object.entries(metrics)[0] ?? [];
    const { sums } = state;
    const wrong: Readonly<Record<string, unknown>>[] = [
      { metric: 'no such metric' },
      { version: 2 },
      { settings: { ...state.settings, 'no such setting': 1 } },
      { rows: -1 },
      { sums: [...sums, 1] },
      { sums: [] },
      { sums: sums.map(() => null) }, // what JSON makes of NaN
    ];
    return wrong.map((fields) => ({
      what: `${String(key)} merging a state with ${JSON.stringify(fields)}`,
      run: () => metric?.merge({ ...state, ...fields } as MetricState),
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
