import { exp, zeros, type Tensor } from '@tensorflow/tfjs-core';
import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { LogisticRegressionHead, PoissonRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { describe, it } from 'vitest';
import { expect } from '@tfjs-heads/conformance-kit/matchers';

const heads = { RegressionHead, PoissonRegressionHead, LogisticRegressionHead };
type HeadClass = new (options?: object) => RegressionHead;

describe.each(Object.entries(heads) as [string, HeadClass][])(
  'lines 2, 35, 40, 41: the options of a %s',
  (name, Head) => {
    it('have the defaults of the original', () => {
      const defaults = { apiVersion: 1, logitsDimension: 1, lossReduction: 'sum_over_batch_size', name: undefined };
      for (const options of [undefined, {}, { name: undefined, lossReduction: undefined }])
        expect(new Head(options)).toMatchObject(defaults);
    });

    it('are checked by name', () => {
      expect(() => new Head({ lossReduction: 'SUM' })).toThrowCoded('LOSS_REDUCTION_INVALID', ['SUM']);
      expect(() => new Head({ weightColum: 'w' })).toThrowCoded('INVALID_ARGUMENT', [
        "'weightColum'",
        "did you mean 'weightColumn'?",
      ]);
      expect(() => new Head(null as never)).toThrowCoded('INVALID_ARGUMENT', [name, 'null']);
    });
  },
);

describe('line 35: label_dimension', () => {
  it.each([0, -1, 1.5, NaN, Infinity, '2', null])('is not %j', (labelDimension) => {
    for (const Head of [RegressionHead, PoissonRegressionHead] as HeadClass[]) {
      expect(() => new Head({ labelDimension })).toThrowCoded('LABEL_DIMENSION_INVALID', [
        'Invalid label_dimension',
        'labelDimension',
      ]);
    }
  });

  it('is the number of logits, and no option of a logistic regression', () => {
    expect(new RegressionHead({ labelDimension: 7 }).logitsDimension).toBe(7);
    expect(new PoissonRegressionHead({ labelDimension: 7 }).logitsDimension).toBe(7);
    expect(() => new LogisticRegressionHead({ labelDimension: 3 } as object)).toThrowCoded('INVALID_ARGUMENT', [
      "'labelDimension'",
    ]);
  });

  it('is checked before the reduction, and that before the loss', () => {
    const options = { labelDimension: 0, lossReduction: 'none', lossFn: 7, inverseLinkFn: 7, name: 7 } as object;
    expect(() => new RegressionHead(options)).toThrowCoded('LABEL_DIMENSION_INVALID');
    expect(() => new RegressionHead({ ...options, labelDimension: 1 })).toThrowCoded('LOSS_REDUCTION_INVALID');
    expect(() => new RegressionHead({ ...options, labelDimension: 1, lossReduction: 'sum' })).toThrowCoded(
      'LOSS_FN_INVALID',
    );
  });
});

it("a loss and a link of one's own are options of a RegressionHead alone", () => {
  for (const [Head, option] of [
    [PoissonRegressionHead, 'lossFn'],
    [PoissonRegressionHead, 'inverseLinkFn'],
    [LogisticRegressionHead, 'lossFn'],
    [LogisticRegressionHead, 'inverseLinkFn'],
  ] as const) {
    expect(() => new (Head as HeadClass)({ [option]: exp })).toThrowCoded('INVALID_ARGUMENT', [
      `'${option}'`,
      'weightColumn, lossReduction, name',
    ]);
  }
});

describe('hostile values', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const values: Readonly<Record<string, unknown>> = {
    'a number': 7,
    'a string': 'exp',
    'a bigint': 2n ** 70n,
    'a symbol': Symbol('s'),
    'an object': {},
    'a list': [exp],
    'a long string': '\u001b[31m'.repeat(5000),
    'a revoked proxy': revoked,
    'a proxy that throws': new Proxy({}, { get: boom, has: boom, ownKeys: boom }),
  };
  const logits = zeros([2, 1]);
  const places: readonly [string, HeadErrorCode, (value: never) => unknown][] = [
    [
      'labelDimension',
      'LABEL_DIMENSION_INVALID',
      (value) => new RegressionHead({ labelDimension: value === 7 ? (-7 as never) : value }),
    ],
    ['lossFn', 'LOSS_FN_INVALID', (value) => new RegressionHead({ lossFn: value })],
    ['inverseLinkFn', 'INVALID_ARGUMENT', (value) => new RegressionHead({ inverseLinkFn: value })],
    ['computeFullLoss', 'INVALID_ARGUMENT', (value) => new PoissonRegressionHead({ computeFullLoss: value })],
    [
      'inverseLinkFn',
      'INVALID_ARGUMENT',
      (value) => new RegressionHead({ inverseLinkFn: () => value as Tensor }).predictions(logits),
    ],
  ];

  it.each(places)('for %s are refused with %s, in a short message', (named, code, run) => {
    for (const [what, value] of Object.entries(values)) {
      expect(() => run(value as never), what).toThrowCoded(code, [named]);
      expect(() => run(value as never), what).toThrow(/^[^\p{Cc}]{1,1000}$/u);
    }
  });
});
