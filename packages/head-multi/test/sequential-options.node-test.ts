// Line 65 of the feature checklist: what a SequentialHeadWrapper is made of.
import { describe, it } from 'vitest';
import { NumberHead } from '../src/conformance-heads.js';
import { MultiHead, SequentialHeadWrapper, type SequentialHeadWrapperOptions } from '../src/index.js';
import { expect } from '@tfjs-heads/conformance-kit/matchers';
import { strangeHead } from './support/heads.js';

const staticHead = new NumberHead({ name: 'a', logitsDimension: 2, lossReduction: 'sum' });

describe('line 65: a SequentialHeadWrapper', () => {
  it('is called as its static head, and has what that has', () => {
    const head = new SequentialHeadWrapper({ staticHead });
    expect(head).toMatchObject({
      apiVersion: 1,
      name: 'a_sequential',
      logitsDimension: 2,
      lossReduction: 'sum',
      inputSequenceMaskKey: 'sequence_length_mask',
      featureColumns: [],
    });
    expect(head.staticHead).toBe(staticHead);
    expect(Object.keys(head.metrics())).toEqual(['average_loss/a', 'prediction/mean/a', 'label/mean/a']);
    expect(new SequentialHeadWrapper({ staticHead: new NumberHead() }).name).toBeUndefined();
  });

  it('takes a column, a list of them, or any iterable', () => {
    const columnsOf = (featureColumns: SequentialHeadWrapperOptions['featureColumns']) =>
      new SequentialHeadWrapper({ staticHead, featureColumns }).featureColumns;
    expect(columnsOf('w')).toEqual(['w']);
    expect(columnsOf(['a', 'b', 'a'])).toEqual(['a', 'b']);
    expect(columnsOf(new Set(['a', 'b']))).toEqual(['a', 'b']);
    for (const none of ['', [], undefined]) expect(columnsOf(none)).toEqual([]);
  });

  it('takes a head of any make', () => {
    expect(new SequentialHeadWrapper({ staticHead: strangeHead('s'), sequenceLengthMask: 'm' })).toMatchObject({
      name: 's_sequential',
      inputSequenceMaskKey: 'm',
    });
  });
});

describe('line 65: refused is', () => {
  const make = (options: unknown) => () => new SequentialHeadWrapper(options as SequentialHeadWrapperOptions);

  it.each([7, null, ['mask'], {}])('the mask %j', (sequenceLengthMask) => {
    expect(make({ staticHead, sequenceLengthMask })).toThrowCoded('SEQUENCE_MASK_INVALID', [
      'column must be a string',
      'sequenceLengthMask',
    ]);
  });

  it.each<readonly [unknown, readonly string[]]>([
    [7, ['featureColumns', 'the number 7']],
    [{ a: 1 }, ['featureColumns', '"a"']],
    [
      ['a', 7],
      ['featureColumns[1]', 'the number 7'],
    ],
    [[null], ['featureColumns[0]', 'null']],
  ])('the columns %j', (featureColumns, says) => {
    expect(make({ staticHead, featureColumns })).toThrowCoded('FEATURE_COLUMNS_INVALID', says);
  });

  it.each<readonly [string, unknown, readonly string[]]>([
    ['none', undefined, ['staticHead', 'undefined']],
    ...['name', 'heads', 'logitsDimension'].map(
      (key) =>
        [
          `one whose ${key} throws`,
          Object.defineProperty(strangeHead('s'), key, { get: () => expect.fail('boom') }),
          [`staticHead.${key}`, 'boom'],
        ] as const,
    ),
    ['one with a number for a name', strangeHead(7 as never), ['staticHead.name', '7']],
    ['one without logits', strangeHead('s', { logitsDimension: 0 }), ['staticHead.logitsDimension', '0']],
    ['an object', { name: 'a' }, ['staticHead', '"name"']],
    ['a MultiHead', new MultiHead({ heads: [staticHead] }), ['`MultiHead` is not supported']],
    ['what is shaped as one', { ...strangeHead('s'), heads: [] }, ['`MultiHead` is not supported']],
  ])('the static head that is %s', (_, head, says) => {
    expect(make({ staticHead: head })).toThrowCoded('STATIC_HEAD_INVALID', says);
  });

  it('in the order of the original: the mask, the columns, the head', () => {
    expect(make({ sequenceLengthMask: 7, featureColumns: 7 })).toThrowCoded('SEQUENCE_MASK_INVALID');
    expect(make({ featureColumns: 7 })).toThrowCoded('FEATURE_COLUMNS_INVALID');
    expect(make({ staticHead, featureColumn: 'a' })).toThrowCoded('INVALID_ARGUMENT', ["'featureColumns'"]);
    expect(make(null)).toThrowCoded('INVALID_ARGUMENT', ['SequentialHeadWrapper', 'null']);
  });
});
