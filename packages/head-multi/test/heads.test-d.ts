import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Predictions } from '@tfjs-heads/head-api';
import { describe, expectTypeOf, it } from 'vitest';
import type { NumberHead, ProbabilityHead } from '../src/conformance-heads.js';
import type { MultiHead, SequentialHeadWrapper } from '../src/index.js';

declare const tensor: Tensor;
declare const ofAnyName: MultiHead<readonly [NumberHead, ProbabilityHead]>;
declare const ofNames: MultiHead<
  readonly [NumberHead & { readonly name: 'a' }, ProbabilityHead & { readonly name: 'b' }]
>;
declare const unknown: MultiHead;
declare const sequential: SequentialHeadWrapper<ProbabilityHead>;

describe('lines 60, 63: the labels and the predictions of a MultiHead', () => {
  it('have the keys of its heads', () => {
    expectTypeOf(ofAnyName.predictions(tensor)['x/predictions']).toEqualTypeOf<Tensor | undefined>();
    expectTypeOf(ofAnyName.predictions(tensor, ['x/predictions'])['x/predictions']).toEqualTypeOf<Tensor>();
    // @ts-expect-error -- no head has such a prediction
    ofAnyName.predictions(tensor, ['x/classes']);
    // @ts-expect-error -- labels of one head
    ofAnyName.loss(tensor, tensor);
    // @ts-expect-error -- labels of one head
    unknown.loss(tensor, tensor);
  });

  it('have the names of its heads where these are known', () => {
    expectTypeOf(ofNames.predictions(tensor)['a/predictions']).toEqualTypeOf<Tensor>();
    ofNames.loss({ a: tensor, b: tensor }, { a: tensor, b: tensor });
    // @ts-expect-error -- no labels for b
    ofNames.loss({ a: tensor }, tensor);
    // @ts-expect-error -- no such head
    ofNames.predictions(tensor, ['c/predictions']);
  });
});

describe('line 68: a SequentialHeadWrapper', () => {
  it('predicts what its static head predicts, and in a spec the mask', () => {
    expectTypeOf(sequential.predictions(tensor).predictions).toEqualTypeOf<Tensor>();
    const spec = sequential.createEstimatorSpec({ mode: 'infer', logits: tensor });
    expectTypeOf(spec.predictions.sequence_length_mask).toEqualTypeOf<Tensor>();
  });
});

it('line 7: each is a plain Head', () => {
  for (const head of [ofAnyName, ofNames, unknown, sequential]) expectTypeOf(head).toExtend<Head>();
  expectTypeOf(unknown.predictions(tensor)).toExtend<Predictions>();
});
