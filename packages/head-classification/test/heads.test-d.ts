import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Head, PredictSpec, SparseTensor, StringValues } from '@tfjs-heads/head-api';
import {
  type BinaryClassHead,
  type BinaryClassPredictions,
  MultiClassHead,
  MultiLabelHead,
} from '@tfjs-heads/head-classification';
import { describe, expectTypeOf, it } from 'vitest';

declare const tensor: Tensor;
declare const sparse: SparseTensor;
declare const binary: BinaryClassHead;
declare const multi: MultiClassHead;
declare const label: MultiLabelHead;

describe('labels', () => {
  it('are tensors; sparse ones are for several labels alone', () => {
    expectTypeOf(binary.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    expectTypeOf(label.loss(sparse, tensor)).toEqualTypeOf<Scalar>();
    expectTypeOf(label.loss(tensor, tensor)).toEqualTypeOf<Scalar>();
    // @ts-expect-error -- sparse labels
    binary.loss(sparse, tensor);
    // @ts-expect-error -- sparse labels
    multi.loss(sparse, tensor);
    // @ts-expect-error -- labels of heads by name
    label.loss({ a: tensor }, tensor);
    // @ts-expect-error -- labels of heads by name
    multi.createEstimatorSpec({ mode: 'eval', logits: tensor, labels: { a: tensor } });
  });
});

describe('predictions', () => {
  it('have types, and are no others', () => {
    expectTypeOf(binary.predictions(tensor).logistic).toEqualTypeOf<Tensor>();
    expectTypeOf(binary.predictions(tensor).classes).toEqualTypeOf<StringValues>();
    expectTypeOf(multi.predictions(tensor).class_ids).toEqualTypeOf<Tensor>();
    expectTypeOf(multi.predictions(tensor)).not.toHaveProperty('logistic');
    expectTypeOf(label.predictions(tensor)).not.toHaveProperty('class_ids');
    expectTypeOf(binary.predictions(tensor, ['class_ids'])).not.toHaveProperty('logits');
    expectTypeOf(binary.createEstimatorSpec({ mode: 'infer', logits: tensor })).toEqualTypeOf<
      PredictSpec<BinaryClassPredictions>
    >();
    // @ts-expect-error -- a key of another head
    multi.predictions(tensor, ['logistic']);
  });

  it('any of the heads is a head', () => {
    expectTypeOf([binary, multi, label]).toExtend<Head[]>();
  });
});

describe('options', () => {
  it('name the number of classes, and are of the types that the head takes', () => {
    // @ts-expect-error -- no number of classes
    expectTypeOf(() => new MultiClassHead({})).toBeFunction();
    // @ts-expect-error -- thresholds of several classes
    expectTypeOf(() => new MultiClassHead({ nClasses: 3, thresholds: [0.5] })).toBeFunction();
    // @ts-expect-error -- ids and names
    expectTypeOf(() => new MultiLabelHead({ nClasses: 3, classesForClassBasedMetrics: [0, 'a'] })).toBeFunction();
  });
});
