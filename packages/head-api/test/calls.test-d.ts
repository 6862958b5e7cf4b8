import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type {
  EstimatorSpec,
  EstimatorSpecArgs,
  EvalSpec,
  Head,
  HeadError,
  HeadErrorCode,
  Logits,
  Metrics,
  ModeKeys,
  Predictions,
  PredictSpec,
  SparseTensor,
  StringValues,
  TrainSpec,
} from '@tfjs-heads/head-api';
import { describe, expectTypeOf, it } from 'vitest';

declare const head: Head;
declare const tensor: Tensor;
declare const scalar: Scalar;
declare const variable: Variable;
declare const metrics: Metrics;
declare const spec: EstimatorSpec;

type Args<Method extends 'loss' | 'predictions' | 'metrics' | 'updateMetrics'> = Parameters<Head[Method]>;

describe('line 8: calls of a head', () => {
  it('take their arguments in the order of the original', () => {
    expectTypeOf(head.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    expectTypeOf(
      head.loss(tensor, tensor, { features: { w: tensor }, mode: 'train', regularizationLosses: [scalar] }),
    ).toEqualTypeOf<Scalar>();
    expectTypeOf(
      head.loss({ a: tensor }, { a: tensor }, { regularizationLosses: () => [scalar] }),
    ).toEqualTypeOf<Scalar>();
    expectTypeOf(head.predictions(tensor, ['predictions'])).toEqualTypeOf<Predictions>();
    expectTypeOf(head.metrics({ regularizationLosses: [] })).toEqualTypeOf<Metrics>();
    expectTypeOf(head.updateMetrics(metrics, undefined, tensor, tensor, { mode: 'eval' })).toEqualTypeOf<Metrics>();
  });

  it('take no number for a tensor', () => {
    expectTypeOf<[number, Tensor]>().not.toExtend<Args<'loss'>>();
    expectTypeOf<[Tensor, number]>().not.toExtend<Args<'loss'>>();
    expectTypeOf<[Tensor, Tensor, { features: { w: number } }]>().not.toExtend<Args<'loss'>>();
    expectTypeOf<[Tensor, Tensor, { regularizationLosses: number[] }]>().not.toExtend<Args<'loss'>>();
    expectTypeOf<[number]>().not.toExtend<Args<'predictions'>>();
    expectTypeOf<[Tensor, string]>().not.toExtend<Args<'predictions'>>();
    expectTypeOf<[Metrics, undefined, Tensor, number]>().not.toExtend<Args<'updateMetrics'>>();
  });

  it('leave out nothing that has no default', () => {
    expectTypeOf<[Tensor]>().not.toExtend<Args<'loss'>>();
    expectTypeOf<[]>().not.toExtend<Args<'predictions'>>();
    expectTypeOf<[Metrics, undefined, Tensor]>().not.toExtend<Args<'updateMetrics'>>();
    expectTypeOf<[]>().toExtend<Args<'metrics'>>();
  });
});

/** A head that says what it takes and gives. */
type Binary = { readonly probabilities: Tensor; readonly classes: StringValues; readonly logits?: Tensor };
declare const binary: Head<Tensor, Tensor, Binary>;
declare const sparse: SparseTensor;

describe('a head that says what it takes', () => {
  it('takes no map of labels, no sparse ones, and no map of logits', () => {
    expectTypeOf(binary.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    // @ts-expect-error -- labels of heads by name
    binary.loss({ a: tensor }, tensor);
    // @ts-expect-error -- sparse labels
    binary.loss(sparse, tensor);
    // @ts-expect-error -- logits of heads by name
    binary.loss(tensor, { a: tensor });
    // @ts-expect-error -- logits of heads by name
    binary.predictions({ a: tensor });
    // @ts-expect-error -- labels of heads by name
    binary.updateMetrics(metrics, undefined, tensor, { a: tensor });
    // @ts-expect-error -- labels of heads by name
    binary.createEstimatorSpec({ mode: 'eval', logits: tensor, labels: { a: tensor } });
    // @ts-expect-error -- a function that returns logits of heads by name
    binary.createEstimatorSpec({ mode: 'infer', logits: () => ({ a: tensor }) });
  });

  it('takes sparse labels or those of heads by name where it says so', () => {
    const ofIds = binary as Head as Head<Tensor | SparseTensor, Tensor, Binary>;
    expectTypeOf(ofIds.loss(sparse, tensor)).toEqualTypeOf<Scalar>();
    const multi = binary as Head as Head<
      { readonly a: Tensor; readonly b: SparseTensor },
      { readonly a: Tensor; readonly b: Tensor }
    >;
    expectTypeOf(multi.loss({ a: tensor, b: sparse }, { a: tensor, b: tensor })).toEqualTypeOf<Scalar>();
    // @ts-expect-error -- a head has no labels
    multi.loss({ a: tensor }, { a: tensor, b: tensor });
  });
});

describe('a head that says what it gives', () => {
  it('has predictions with types, and no others', () => {
    const all = binary.predictions(tensor);
    expectTypeOf(all.probabilities).toEqualTypeOf<Tensor>();
    expectTypeOf(all.classes).toEqualTypeOf<StringValues>();
    expectTypeOf(all.logits).toEqualTypeOf<Tensor | undefined>();
    expectTypeOf(all).toExtend<Predictions>();
    expectTypeOf(all).not.toHaveProperty('probability');
  });

  it('has the predictions that are asked for', () => {
    const some = binary.predictions(tensor, ['classes', 'logits']);
    expectTypeOf(some.classes).toEqualTypeOf<StringValues>();
    expectTypeOf(some.logits).toEqualTypeOf<Tensor | undefined>();
    expectTypeOf(some).not.toHaveProperty('probabilities');
    // @ts-expect-error -- no such prediction
    binary.predictions(tensor, ['probability']);
    // @ts-expect-error -- perhaps no such prediction
    binary.predictions(tensor, ['classes'] as string[]);
    expectTypeOf(binary.predictions(tensor, undefined).probabilities).toEqualTypeOf<Tensor>();
  });

  it('has specs with its predictions', () => {
    const made = binary.createEstimatorSpec({ mode: 'eval', logits: () => tensor, labels: tensor });
    expectTypeOf(made).toEqualTypeOf<EstimatorSpec<Binary>>();
    expectTypeOf(made.predictions.probabilities).toEqualTypeOf<Tensor>();
    if (made.mode === 'infer') expectTypeOf(made).toEqualTypeOf<PredictSpec<Binary>>();
    if (made.mode === 'eval') expectTypeOf(made).toEqualTypeOf<EvalSpec<Binary>>();
    expectTypeOf(made).toExtend<EstimatorSpec>();
  });
});

describe('any head', () => {
  it('is a plain Head, alone and in a list', () => {
    expectTypeOf(binary).toExtend<Head>();
    expectTypeOf(binary).toExtend<Head<Tensor>>();
    expectTypeOf(binary).toExtend<Head<Tensor, Tensor>>();
    expectTypeOf(binary).toExtend<Head<Tensor, Tensor, { probabilities: Tensor }>>();
    expectTypeOf<Head<Record<string, Tensor>, Record<string, Tensor>>>().toExtend<Head>();
    const heads: Head[] = [head, binary];
    expectTypeOf(heads.map((one) => one.predictions(tensor, ['any']))).toEqualTypeOf<Predictions[]>();
  });

  it('is no head that gives something else', () => {
    expectTypeOf(binary).not.toExtend<Head<Tensor, Tensor, { probability: Tensor }>>();
    expectTypeOf(binary).not.toExtend<Head<Tensor, Tensor, { probabilities: StringValues }>>();
    expectTypeOf(binary).not.toExtend<Head<Tensor, Tensor, { logits: Tensor }>>(); // It may have none.
  });

  it('is known by what it takes and gives where a function is generic', () => {
    const first = <X extends Logits, P extends Predictions>(of: Head<Tensor, X, P>): P =>
      of.createEstimatorSpec as unknown as P;
    expectTypeOf(first(binary)).toEqualTypeOf<Binary>();
  });

  it('can be called where it is one of several', () => {
    const either = binary as typeof binary | Head<Tensor, Tensor, { readonly probabilities: Tensor }>;
    expectTypeOf(either.predictions(tensor).probabilities).toEqualTypeOf<Tensor>();
  });
});

describe('line 1: modes', () => {
  it('are three strings', () => {
    expectTypeOf<ModeKeys>().toEqualTypeOf<'train' | 'eval' | 'infer'>();
    expectTypeOf<'predict'>().not.toExtend<ModeKeys>();
    expectTypeOf<{ mode: 'predict'; logits: Tensor }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<[Tensor, Tensor, { mode: 'predict' }]>().not.toExtend<Args<'loss'>>();
  });
});

describe('lines 25, 27: createEstimatorSpec', () => {
  it('takes what a mode needs', () => {
    const toPredict = { mode: 'infer', logits: tensor } as const;
    expectTypeOf(toPredict).toExtend<EstimatorSpecArgs>();
    const toEvaluate = { mode: 'eval', logits: () => tensor, labels: tensor, features: { w: tensor } } as const;
    expectTypeOf(toEvaluate).toExtend<EstimatorSpecArgs>();
    const optimizer = { applyGradients: () => undefined };
    const toTrain = {
      mode: 'train',
      logits: () => tensor,
      labels: tensor,
      optimizer,
      trainableVariables: [variable],
    } as const;
    expectTypeOf(toTrain).toExtend<EstimatorSpecArgs>();
    const trainOpFn = (loss: Scalar, recompute: () => Scalar) => [loss, recompute()];
    const byFunction = { mode: 'train', logits: tensor, labels: tensor, trainOpFn } as const;
    expectTypeOf(byFunction).toExtend<EstimatorSpecArgs>();
  });

  it('takes nothing else', () => {
    expectTypeOf<{ mode: 'infer' }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ logits: Tensor }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ mode: 'infer'; logits: number }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ mode: 'train'; logits: () => number }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ mode: 'train'; logits: Tensor; optimizer: 'sgd' }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ mode: 'train'; logits: Tensor; trainableVariables: Tensor[] }>().not.toExtend<EstimatorSpecArgs>();
    expectTypeOf<{ mode: 'train'; logits: Tensor; updateOps: Tensor[] }>().not.toExtend<EstimatorSpecArgs>();
  });
});

describe('line 25: a spec', () => {
  it('tells by its mode what it has', () => {
    if (spec.mode === 'train') {
      expectTypeOf(spec).toEqualTypeOf<TrainSpec>();
      expectTypeOf(spec.loss).toEqualTypeOf<Scalar>();
      expectTypeOf(spec.trainOp).toEqualTypeOf<() => unknown>();
      expectTypeOf(spec).not.toHaveProperty('exportOutputs');
    } else if (spec.mode === 'eval') {
      expectTypeOf(spec.loss).toEqualTypeOf<Scalar>();
      expectTypeOf(spec.evalMetricOps).toEqualTypeOf<Metrics>();
      expectTypeOf(spec).not.toHaveProperty('trainOp');
    } else {
      expectTypeOf(spec).toEqualTypeOf<PredictSpec>();
      expectTypeOf(spec).not.toHaveProperty('loss');
    }
  });

  it('has what all modes share before its mode is known', () => {
    expectTypeOf(spec).toHaveProperty('predictions');
    expectTypeOf(spec).toHaveProperty('dispose');
    expectTypeOf<EstimatorSpec['mode']>().toEqualTypeOf<ModeKeys>();
    expectTypeOf<'loss'>().not.toExtend<keyof EstimatorSpec>();
  });

  it('has export outputs that tell by their kind what they have', () => {
    const output = (spec as PredictSpec).exportOutputs['serving_default'];
    if (output?.kind === 'regression') expectTypeOf(output.value).toEqualTypeOf<Tensor>();
    else expectTypeOf(output).not.toHaveProperty('value');
  });
});

describe('an error', () => {
  it('has one of a closed list of codes', () => {
    expectTypeOf<HeadError>().toExtend<Error>();
    expectTypeOf<HeadError['code']>().toEqualTypeOf<HeadErrorCode>();
    expectTypeOf<'LABELS_SHAPE'>().toExtend<HeadErrorCode>();
    expectTypeOf<string>().not.toExtend<HeadErrorCode>();
  });
});
