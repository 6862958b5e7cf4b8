import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { EstimatorSpec, EstimatorSpecArgs, Head, HeadError, HeadErrorCode, Metrics, ModeKeys, Predictions, PredictSpec, TrainSpec } from '@tfjs-heads/head-api';
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
    expectTypeOf(head.loss(tensor, tensor, { features: { w: tensor }, mode: 'train', regularizationLosses: [scalar] })).toEqualTypeOf<Scalar>();
    expectTypeOf(head.loss({ a: tensor }, { a: tensor }, { regularizationLosses: () => [scalar] })).toEqualTypeOf<Scalar>();
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
    const toTrain = { mode: 'train', logits: () => tensor, labels: tensor, optimizer, trainableVariables: [variable] } as const;
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
