import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type {
  EstimatorSpec,
  EvalSpec,
  ExportOutputs,
  Head,
  Labels,
  Predictions,
  PredictSpec,
  SparseTensor,
  StringValues,
  TrainSpec,
} from '@tfjs-heads/head-api';
import {
  BaseHead,
  createSpec,
  estimatorSpec,
  type MetricDefinition,
  type Predictors,
  regressionOutput,
  replaceSpec,
  squaredError,
} from '@tfjs-heads/head-kit';
import { describe, expectTypeOf, it } from 'vitest';

declare const tensor: Tensor;
declare const scalar: Scalar;
declare const sparse: SparseTensor;

type Classes = { readonly probabilities: Tensor; readonly classes: StringValues; readonly logits?: Tensor };
declare const names: StringValues;

abstract class Base<L extends Labels = Tensor, P extends Predictions = Predictions> extends BaseHead<L, P> {
  protected readonly elementLoss = squaredError;
  protected metricDefinitions(regularization: readonly MetricDefinition[]): readonly MetricDefinition[] {
    return regularization;
  }
}

/** Says what it takes and gives. */
class ClassHead extends Base<Tensor | SparseTensor, Classes> {
  protected predictors(logits: Tensor): Predictors<Classes> {
    return { probabilities: () => logits, classes: () => names };
  }
  protected override exportsOf({ probabilities }: Classes): ExportOutputs {
    return { serving_default: regressionOutput({ value: probabilities }) };
  }
}

/** Says nothing: takes a tensor and gives any predictions. */
class SilentHead extends Base {
  protected predictors(logits: Tensor) {
    return { predictions: () => logits };
  }
}

declare const classHead: ClassHead;
declare const silentHead: SilentHead;

describe('a head of BaseHead', () => {
  it('takes the labels that it says, a tensor if it says nothing', () => {
    expectTypeOf(classHead.loss(sparse, tensor)).toEqualTypeOf<Scalar>();
    expectTypeOf(silentHead.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    // @ts-expect-error -- labels of heads by name
    classHead.loss({ a: tensor }, tensor);
    // @ts-expect-error -- sparse labels
    silentHead.loss(sparse, tensor);
    // @ts-expect-error -- logits of heads by name
    silentHead.rowLosses(tensor, { a: tensor });
  });

  it('gives the predictions that it says, any if it says nothing', () => {
    expectTypeOf(classHead.predictions(tensor).classes).toEqualTypeOf<StringValues>();
    expectTypeOf(classHead.predictions(tensor).logits).toEqualTypeOf<Tensor | undefined>();
    expectTypeOf(classHead.predictions(tensor, ['classes'])).not.toHaveProperty('logits');
    expectTypeOf(silentHead.predictions(tensor, ['any'])).toEqualTypeOf<Predictions>();
    // @ts-expect-error -- no such prediction
    classHead.predictions(tensor, ['class']);
  });

  it('makes each of them, but for those that it need not have', () => {
    expectTypeOf<{ probabilities: () => Tensor; classes: () => StringValues }>().toExtend<Predictors<Classes>>();
    expectTypeOf<{ probabilities: () => Tensor }>().not.toExtend<Predictors<Classes>>();
    expectTypeOf<{ probabilities: () => StringValues; classes: () => StringValues }>().not.toExtend<
      Predictors<Classes>
    >();
  });

  it('is made only where it says what a base class cannot know', () => {
    expectTypeOf<typeof BaseHead>().not.toExtend<new (options: { logitsDimension: number }) => BaseHead>();
    expectTypeOf<typeof SilentHead>().toExtend<new (options: { logitsDimension: number }) => BaseHead>();
  });

  it('is a plain BaseHead and a plain Head', () => {
    expectTypeOf([classHead, silentHead]).toExtend<Head[]>();
    expectTypeOf([classHead, silentHead]).toExtend<BaseHead[]>();
  });
});

describe('a spec', () => {
  it('has the predictions of its head', () => {
    const spec = estimatorSpec(
      classHead,
      { mode: 'eval', logits: tensor, labels: sparse },
      { exportsOf: ({ probabilities }) => ({ mine: regressionOutput({ value: probabilities }) }) },
    );
    expectTypeOf(spec).toEqualTypeOf<EstimatorSpec<Classes>>();
    expectTypeOf(estimatorSpec(classHead as Head, { mode: 'eval', logits: tensor })).toEqualTypeOf<EstimatorSpec>();
    // @ts-expect-error -- labels of heads by name
    estimatorSpec(classHead, { mode: 'eval', logits: tensor, labels: { a: tensor } });
    estimatorSpec(
      classHead,
      { mode: 'train', logits: tensor },
      { summariesOf: ({ logits }) => (expectTypeOf(logits).toEqualTypeOf<Tensor>(), {}) },
    );
  });

  it('has the predictions that it was made with, those of a function, too, and one tensor under output', () => {
    expectTypeOf(
      createSpec({ mode: 'train', loss: scalar, trainOp: () => 1, predictions: () => ({ a: tensor }) }),
    ).toEqualTypeOf<TrainSpec<{ a: Tensor }>>();
    expectTypeOf(createSpec({ mode: 'eval', loss: scalar, predictions: { a: names } })).toEqualTypeOf<
      EvalSpec<{ a: StringValues }>
    >();
    expectTypeOf(createSpec({ mode: 'infer', predictions: tensor })).toEqualTypeOf<
      PredictSpec<{ readonly output: Tensor }>
    >();
    expectTypeOf(createSpec({ mode: 'eval', loss: scalar })).toEqualTypeOf<EvalSpec>();
    expectTypeOf(
      createSpec({ mode: 'eval' as 'eval' | 'infer', loss: scalar, predictions: { a: tensor } }),
    ).toEqualTypeOf<EvalSpec<{ a: Tensor }> | PredictSpec<{ a: Tensor }>>();
  });

  it('keeps them where other fields are replaced', () => {
    const spec = createSpec({ mode: 'infer', predictions: { a: tensor } });
    expectTypeOf(replaceSpec(spec, { exportOutputs: {} })).toEqualTypeOf(spec);
    expectTypeOf(replaceSpec(spec, { predictions: { b: tensor } })).toEqualTypeOf<PredictSpec<{ b: Tensor }>>();
    expectTypeOf(replaceSpec(spec as EstimatorSpec, {})).toEqualTypeOf<EstimatorSpec>();
  });
});
