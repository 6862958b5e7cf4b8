import { describe, expect, it } from 'vitest';
import { checkClaims } from '@tfjs-heads/conformance-kit';
import { subjects } from '../src/heads.js';
import type { Subject } from '../src/index.js';

const create: Subject['create'] = () => {
  throw new Error('Claims are checked before a head is made.');
};

const check = (claims: object) => (): void => checkClaims('Mine', { create, ...claims });

describe('the claims of a head', () => {
  it('are taken where they are claims, those of this project among them', () => {
    for (const [name, subject] of Object.entries(subjects)) expect(() => checkClaims(name, subject)).not.toThrow();
    expect(check({})).not.toThrow();
    expect(check({ labels: undefined, goldens: undefined })).not.toThrow();
    expect(
      check({
        labels: 'class',
        classes: 4,
        rows: 'dependent',
        features: { time: { kind: 'positive' }, group: { kind: 'class', classes: 3 } },
      }),
    ).not.toThrow();
    expect(check({ metrics: ['a', 'rows'], unweightedMetrics: ['rows'], labelsOutOfRange: [-1, NaN] })).not.toThrow();
    expect(check({ goldens: { href: 'file:///of/another/realm.json' } })).not.toThrow();
  });

  it.each<[claims: object, says: string]>([
    [{ label: 'count' }, "label: there is no such key; is 'labels' meant?"],
    [{ row: 'dependent' }, "row: there is no such key; is 'rows' meant?"],
    [
      { labels: 'counts' },
      'labels: expected ("real" | "positive" | "count" | "probability" | "binary" | "class"), got "counts"',
    ],
    [{ labelDimension: 0 }, 'labelDimension: expected >=1, got 0'],
    [{ labelDimension: 1.5 }, 'labelDimension: expected integer, got 1.5'],
    [{ classes: 3 }, "classes: expected a number of classes for the kind 'class' alone, got 3 for 'real'"],
    [
      { labels: 'class', classes: 3, vocabulary: ['a', 'b'] },
      'classes: expected 2 as there are words in the vocabulary, got 3',
    ],
    [{ labels: 'class', classes: 1 }, 'classes: expected >=2, got 1'],
    [{ weights: 'row' }, 'weights: expected ("rows" | "logits" | "none"), got "row"'],
    [{ rows: 'both' }, 'rows: expected ("independent" | "dependent"), got "both"'],
    [{ features: ['time'] }, 'features'],
    [{ features: { time: 'real' } }, 'features.time: expected Object, got "real"'],
    [{ features: { time: { kind: 'reel' } } }, 'features.time.kind: expected ("real"'],
    [
      { features: { time: { kind: 'real', lastDimensions: 2 } } },
      "features.time.lastDimensions: there is no such key; is 'lastDimension' meant?",
    ],
    [{ features: { time: { kind: 'real', classes: 2 } } }, 'features.time.classes: expected a number of classes'],
    [{ features: { weight: { kind: 'real' } } }, "the feature 'weight' holds the weights"],
    [{ labelsOutOfRange: -1 }, 'labelsOutOfRange: expected Array, got -1'],
    [{ labelsOutOfRange: ['-1'] }, 'labelsOutOfRange[0]: expected a number'],
    [
      { predictions: { p: { lastDimension: '1', dtype: 'float32' } } },
      'predictions.p.lastDimension: expected number, got "1"',
    ],
    [{ predictions: { p: { lastDimension: 1, dtype: 'float' } } }, 'predictions.p.dtype: expected ("float32"'],
    [
      { predictions: { p: { lastDimension: 1, dtype: 'float32', type: 1 } } },
      "predictions.p.type: there is no such key; is 'dtype' meant?",
    ],
    [{ metrics: 'average_loss' }, 'metrics: expected Array, got "average_loss"'],
    [{ metrics: ['a', 'a'] }, 'metrics: expected entries that differ, got one of them twice'],
    [{ metrics: ['a'], unweightedMetrics: ['b'] }, "unweightedMetrics[0]: expected one of the metrics a, got 'b'"],
    [{ goldens: 'mine.json' }, 'goldens: expected a URL'],
    [{ create: 1 }, 'create: expected Function, got 1'],
  ])('are refused: %j', (claims, says) => {
    expect(check(claims)).toThrow(says);
    expect(check(claims)).toThrow(/^Mine claims: /);
  });
});
