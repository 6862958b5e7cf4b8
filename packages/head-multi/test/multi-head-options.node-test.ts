// Line 58 of the feature checklist: what a MultiHead is made of.
import type { Head } from '@tfjs-heads/head-api';
import { describe, it } from 'vitest';
import { NumberHead } from '../src/conformance-heads.js';
import { MultiHead, type MultiHeadOptions } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { strangeHead } from './support/heads.js';

const [a, b] = [new NumberHead({ name: 'a' }), new NumberHead({ name: 'b', logitsDimension: 2 })];

describe('line 58: a MultiHead', () => {
  it('joins the names of its heads and sums up their logits', () => {
    expect(new MultiHead({ heads: [a, b] })).toMatchObject({
      apiVersion: 1,
      name: 'a_b',
      logitsDimension: 3,
      lossReduction: 'sum_over_batch_size',
      heads: [a, b],
      headWeights: [1, 1],
    });
    expect(new MultiHead({ heads: [b] })).toMatchObject({ name: 'b', logitsDimension: 2 });
  });

  it('takes heads of any make, and MultiHeads', () => {
    const inner = new MultiHead({ heads: [a, strangeHead('c')] });
    expect(new MultiHead({ heads: [inner, b] })).toMatchObject({ name: 'a_c_b', logitsDimension: 4 });
  });

  it('takes an empty list of weights for none, as the original does', () => {
    expect(new MultiHead({ heads: [a, b], headWeights: [] }).headWeights).toEqual([1, 1]);
    expect(new MultiHead({ heads: [a, b], headWeights: [0, -2] }).headWeights).toEqual([0, -2]);
  });

  it('does not change with the lists that it was made of', () => {
    const [heads, headWeights] = [
      [a, b],
      [2, 3],
    ];
    const head = new MultiHead({ heads, headWeights });
    heads.pop();
    headWeights[0] = 7;
    expect(head).toMatchObject({ heads: [a, b], headWeights: [2, 3] });
  });

  it('has the reduction of its heads, which must be the same to read it', () => {
    const sum = new NumberHead({ name: 'sum', lossReduction: 'sum' });
    expect(new MultiHead({ heads: [sum] }).lossReduction).toBe('sum');
    expect(() => new MultiHead({ heads: [a, sum] }).lossReduction).toThrowCoded('LOSS_REDUCTION_INVALID', [
      'must be the same',
      "'sum_over_batch_size' of 'a'",
      "'sum' of 'sum'",
    ]);
    const auto = new NumberHead({ name: 'auto', lossReduction: 'auto' });
    expect(() => new MultiHead({ heads: [a, auto] }).lossReduction).toThrowCoded('LOSS_REDUCTION_INVALID'); // as in the original
  });
});

describe('line 58: the heads are refused', () => {
  const make = (options: unknown) => () => new MultiHead(options as MultiHeadOptions);
  const nameless = new NumberHead();
  /** Is a list, and throws as soon as it is read. */
  const revoked = (list: unknown[]): unknown[] => {
    const { proxy, revoke } = Proxy.revocable(list, {});
    revoke();
    return proxy;
  };

  const hostile = (key: string): object =>
    Object.defineProperty(strangeHead('s'), key, { get: () => expect.fail('boom') });
  const throwing = new Proxy({}, { get: () => expect.fail('boom') });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['that are none', undefined, ['Must specify heads', 'undefined']],
    ['that are null', null, ['Must specify heads', 'null']],
    ['of an empty list', [], ['Must specify heads', 'array of 0']],
    ['that are one head', a, ['Must specify heads', 'heads']],
    ['that are a map', { a, b }, ['Must specify heads', '"a"']],
    ['that were revoked', revoked([a]), ['heads', 'throws']],
    ['that throw', new Proxy([a], { get: () => expect.fail('boom') }), ['heads', 'throws']],
    ['with a name that throws', [hostile('name')], ['heads[0].name', 'boom']],
    ['with logits that throw', [hostile('logitsDimension')], ['heads[0].logitsDimension', 'boom']],
    ...[NaN, undefined, 0, -1, 0.5, '1', Infinity].map(
      (logitsDimension) =>
        [
          `with ${logitsDimension} logits`,
          [a, strangeHead('s', { logitsDimension: logitsDimension as never })],
          ['heads[1].logitsDimension', 'whole number', String(logitsDimension)],
        ] as const,
    ),
    ['with undefined among them', [a, undefined], ['heads[1]', 'undefined']],
    ['with a hole among them', Array.from({ length: 2 }), ['heads[0]', 'undefined']],
    ['with an object among them', [a, { name: 'b', loss: () => 0 }], ['heads[1]', '"loss"']],
    ['with a head of another contract', [{ ...strangeHead('c'), apiVersion: 2 }], ['heads[0]']],
    ['with an object that throws', [throwing], ['heads[0]']],
    ['without a name', [a, nameless], ['All given heads must have name specified', 'heads[1]', 'undefined']],
    ['with an empty name', [new NumberHead({ name: '' })], ['name specified', 'heads[0]']],
    ['with a name that is a number', [strangeHead(7 as never)], ['name specified', '7']],
    ['of one name', [a, b, new NumberHead({ name: 'a' })], ["'a'", '0 and 2']],
    ['with the name of all exports', [new NumberHead({ name: 'predict' })], ["'predict'"]],
    ['with the name of the default export', [new NumberHead({ name: 'serving_default' })], ["'serving_default'"]],
  ])('%s', (_, heads, says) => {
    expect(make({ heads })).toThrowCoded('HEADS_INVALID', says);
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['too few', [1], ['heads and head_weights must have the same size', '2 numbers', 'got 1']],
    ['too many', [1, 2, 3], ['same size', 'got 3']],
    ['revoked', revoked([1, 2]), ['headWeights', 'throws']],
    ['a list that throws', new Proxy([1, 2], { get: () => expect.fail('boom') }), ['headWeights', 'throws']],
    ['a number', 2, ['headWeights', 'the number 2']],
    ['a map', { a: 1, b: 2 }, ['headWeights', '"a"']],
    ['with a string', [1, '2'], ['headWeights[1]', '"2"']],
    ['with NaN', [NaN, 1], ['headWeights[0]', 'NaN']],
    ['with an infinity', [1, Infinity], ['headWeights[1]', 'Infinity']],
    ['with null', [null, 1], ['headWeights[0]', 'null']],
  ])('with weights that are %s', (_, headWeights, says) => {
    expect(make({ heads: [a, b], headWeights })).toThrowCoded('HEAD_WEIGHTS_INVALID', says);
  });

  it('in the order of the original: whether there are any, the weights, the names', () => {
    expect(make({ heads: [], headWeights: [1] })).toThrowCoded('HEADS_INVALID', ['Must specify heads']);
    expect(make({ heads: [nameless], headWeights: [1, 2] })).toThrowCoded('HEAD_WEIGHTS_INVALID', ['same size']);
  });

  it('with options that are none, or misspelled', () => {
    expect(make(null)).toThrowCoded('INVALID_ARGUMENT', ['MultiHead', 'null']);
    expect(make({ heads: [a], headWeight: [1] })).toThrowCoded('INVALID_ARGUMENT', ["did you mean 'headWeights'?"]);
    expect(make({ heads: [a], name: 'mine' })).toThrowCoded('INVALID_ARGUMENT', ["'name'"]);
  });

  it('of two metrics of one key, before anything is made of them', () => {
    const heads: Head[] = [a, strangeHead('c', { metrics: () => a.metrics() })];
    expect(() => new MultiHead({ heads }).metrics()).toThrowCoded('HEADS_INVALID', ["'average_loss/a' twice"]);
    const own = strangeHead('c', {
      metrics: () => ({ 'loss/c': new NumberHead().metrics()['average_loss'] as never }),
    });
    expect(() => new MultiHead({ heads: [own] }).metrics()).toThrowCoded('HEADS_INVALID', ["'loss/c' twice"]);
  });
});
