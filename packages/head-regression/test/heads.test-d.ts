import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type {
  EstimatorSpec,
  EvalSpec,
  Head,
  Predictions,
  PredictSpec,
  SparseTensor,
  TrainSpec,
} from '@tfjs-heads/head-api';
import { replaceSpec, type BaseHead } from '@tfjs-heads/head-kit';
import type {
  LinkedPredictions,
  LogisticRegressionHead,
  PoissonRegressionHead,
  RegressionHead,
  RegressionPredictions,
} from '@tfjs-heads/head-regression';
import { describe, expectTypeOf, it } from 'vitest';

declare const tensor: Tensor;
declare const sparse: SparseTensor;
declare const regression: RegressionHead;
declare const poisson: PoissonRegressionHead;
declare const logistic: LogisticRegressionHead;

describe('the labels and logits of a regression', () => {
  it('are tensors, in the arguments of a spec, too', () => {
    expectTypeOf(regression.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    expectTypeOf(poisson.rowLosses(tensor, tensor)).toEqualTypeOf<Tensor1D>();
    for (const head of [regression, poisson, logistic]) {
      // @ts-expect-error -- labels of heads by name
      head.loss({ a: tensor }, tensor);
      // @ts-expect-error -- sparse labels
      head.loss(sparse, tensor);
      // @ts-expect-error -- sparse labels
      head.rowLosses(sparse, tensor);
      // @ts-expect-error -- logits of heads by name
      head.loss(tensor, { a: tensor });
      // @ts-expect-error -- labels of heads by name
      head.updateMetrics(head.metrics(), undefined, tensor, { a: tensor });
    }
    // @ts-expect-error -- labels of heads by name
    regression.createEstimatorSpec({ mode: 'train', logits: () => tensor, labels: { a: tensor } });
    // @ts-expect-error -- sparse labels
    poisson.createEstimatorSpec({ mode: 'eval', logits: tensor, labels: sparse });
    // @ts-expect-error -- a function that returns logits of heads by name
    logistic.createEstimatorSpec({ mode: 'infer', logits: () => ({ a: tensor }) });
  });
});

describe('the predictions of a regression', () => {
  it('have types, and are no others', () => {
    expectTypeOf(regression.predictions(tensor).predictions).toEqualTypeOf<Tensor>();
    expectTypeOf(regression.predictions(tensor).logits).toEqualTypeOf<Tensor | undefined>(); // only with an inverse link
    expectTypeOf(poisson.predictions(tensor).logits).toEqualTypeOf<Tensor>();
    expectTypeOf(logistic.predictions(tensor).predictions).toEqualTypeOf<Tensor>();
    expectTypeOf(logistic.predictions(tensor)).not.toHaveProperty('probabilities');
  });

  it('are those that are asked for', () => {
    expectTypeOf(logistic.predictions(tensor, ['logits'])).toEqualTypeOf<Pick<LinkedPredictions, 'logits'>>();
    expectTypeOf(logistic.predictions(tensor, ['logits'])).not.toHaveProperty('predictions');
    // @ts-expect-error -- no such prediction
    logistic.predictions(tensor, ['probabilities']);
    // @ts-expect-error -- no such prediction
    regression.predictions(tensor, ['predictions', 'classes']);
    expectTypeOf((logistic as Head).predictions(tensor, ['probabilities'])).toEqualTypeOf<Predictions>();
  });
});

describe('the specs of a regression', () => {
  it('are of the mode that was asked for, with predictions that have types', () => {
    const train = poisson.createEstimatorSpec({ mode: 'train', logits: () => tensor, labels: tensor });
    expectTypeOf(train).toEqualTypeOf<TrainSpec<LinkedPredictions>>();
    expectTypeOf(train.predictions.logits).toEqualTypeOf<Tensor>();
    expectTypeOf(regression.createEstimatorSpec({ mode: 'eval', logits: tensor, labels: tensor })).toEqualTypeOf<
      EvalSpec<RegressionPredictions>
    >();
    expectTypeOf(regression.createEstimatorSpec({ mode: 'infer', logits: tensor })).toEqualTypeOf<
      PredictSpec<RegressionPredictions>
    >();
    const any = regression.createEstimatorSpec({ mode: 'infer' as 'infer' | 'eval', logits: tensor });
    expectTypeOf(any).toEqualTypeOf<EstimatorSpec<RegressionPredictions>>();
  });

  it('keep them where fields are replaced', () => {
    const train = poisson.createEstimatorSpec({ mode: 'train', logits: () => tensor, labels: tensor });
    expectTypeOf(replaceSpec(train, { trainingHooks: [] })).toEqualTypeOf(train);
    expectTypeOf(replaceSpec(train, { predictions: { mine: tensor } })).toEqualTypeOf<TrainSpec<{ mine: Tensor }>>();
  });
});

describe('a regression head', () => {
  it('is a plain Head, and a plain BaseHead', () => {
    for (const head of [regression, poisson, logistic]) {
      expectTypeOf(head).toExtend<Head>();
      expectTypeOf(head).toExtend<BaseHead>();
      expectTypeOf(head).toExtend<Head<Tensor, Tensor, RegressionPredictions>>();
    }
    expectTypeOf([regression, logistic]).toExtend<Head[]>();
    expectTypeOf(poisson).toExtend<Head<Tensor, Tensor, LinkedPredictions>>();
    expectTypeOf(regression).not.toExtend<Head<Tensor, Tensor, LinkedPredictions>>();
  });

  it('can be made where any head is asked for', () => {
    expectTypeOf<(options: { readonly name?: string }) => RegressionHead>().toExtend<
      (options: { readonly name?: string }) => Head
    >();
    expectTypeOf<typeof LogisticRegressionHead>().toExtend<new () => Head>();
  });
});

describe('lines 6, 7: the heads of a regression', () => {
  it('are made from options that are checked', () => {
    expectTypeOf<typeof RegressionHead>().toBeConstructibleWith();
    expectTypeOf<typeof RegressionHead>().toBeConstructibleWith({
      labelDimension: 2,
      weightColumn: 'w',
      lossReduction: 'sum',
    });
    expectTypeOf<{ labelDimension: string }>().not.toExtend<ConstructorParameters<typeof RegressionHead>[0]>();
    expectTypeOf<{ lossReduction: 'mean' }>().not.toExtend<ConstructorParameters<typeof LogisticRegressionHead>[0]>();
    expectTypeOf<{ lossFn: () => number }>().not.toExtend<ConstructorParameters<typeof RegressionHead>[0]>();
    expectTypeOf<{ weightColumn: number }>().not.toExtend<ConstructorParameters<typeof PoissonRegressionHead>[0]>();
  });
});
