// Heads whose batch is more than a tensor of logits and one of labels: made of heads, with sparse words, with a mask.
import { maximum, mul, ones, scalar, tensor, tensor1d, tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { Head, SparseTensor } from '@tfjs-heads/head-api';
import { startForSuite, type GoldenFile } from '@tfjs-heads/conformance-kit';
import { MultiLabelHead } from '@tfjs-heads/head-classification';
import { sizeOf } from '@tfjs-heads/reference';
import { describe, expect, it } from 'vitest';
import { loadExpectations, parseQuery, runCases, suiteOf, type CaseResult, type Subject } from '../src/index.js';
import { clear, sequenceHead, sequences, type Clear } from './other-heads/sequence-head.js';
import { twoHeaded, twoHeads } from './other-heads/two-headed.js';

const TAGS = ['cat', 'dog', 'eel'];

const log2 = Math.log(2);
const floats = (shape: number[], values: number[]) => ({ shape, dtype: 'float32', values, scale: 1, k: 16 }) as const;

/** Worked out by hand: each of three tags costs log 2 at a logit of 0, and its gradient is 1/2 less the label, over 2 x 3. */
const tagGoldens: GoldenFile = {
  format: 2,
  head: 'Tags',
  provenance: { formula: 'the mean over classes of the sigmoid cross entropy' },
  exports: {
    serving_default: { kind: 'classification', outputs: { scores: 'probabilities', classes: 'classes' } },
    classification: { kind: 'classification', outputs: { scores: 'probabilities', classes: 'classes' } },
    predict: { kind: 'predict', outputs: { logits: 'logits', probabilities: 'probabilities', classes: 'classes' } },
  },
  cases: [
    {
      parameters: { labels: 'sparse' },
      options: { labelVocabulary: TAGS, thresholds: [0.5] },
      logits: { shape: [2, 3], values: [0, 0, 0, 0, 0, 0] },
      labels: {
        shape: [2, 2],
        indices: [
          [0, 0],
          [0, 1],
          [1, 0],
        ],
        values: ['eel', 'dog', 'cat'],
        dtype: 'string',
      },
      loss: { values: [log2], scale: 1, k: 64 },
      gradient: { values: [1, -1, -1, -1, 1, 1].map((sign) => sign / 12), scale: 1, k: 16 },
      predictions: {
        logits: floats([2, 3], [0, 0, 0, 0, 0, 0]),
        probabilities: floats([2, 3], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
        classes: { shape: [2, 3], dtype: 'string', values: [...TAGS, ...TAGS] },
      },
      metrics: {},
    },
  ],
  evaluations: [],
  trainings: [],
};

const tags: Subject = {
  create: (options) => new MultiLabelHead({ labelVocabulary: TAGS, ...options, nClasses: TAGS.length }),
  labels: 'class',
  classes: TAGS.length,
  sparse: true,
  vocabulary: TAGS,
  goldens: new URL(`data:application/json,${encodeURIComponent(JSON.stringify(tagGoldens))}`),
};

/** The cases of a head that do not pass on a backend, each with its message. */
async function failures(subject: Subject, backend: string, query = 'Tried'): Promise<string[]> {
  const started = await startForSuite(backend);
  if ('unavailable' in started) throw new Error(started.unavailable);
  const suite = await suiteOf({ Tried: subject });
  const cases = suite.cases.filter(parseQuery(query));
  expect(cases).not.toEqual([]);
  const results: CaseResult[] = [];
  const expectations = await loadExpectations(backend);
  for await (const result of runCases({ suite, cases, backend: started.record, expectations })) results.push(result);
  return results.filter(({ status }) => status !== 'pass').map(({ query: name, message }) => `${name}: ${message}`);
}

// On wasm what a backend can change: our own heads of these kinds are held to all there, by the command.
describe.each([
  ['cpu', 'Tried'],
  ['wasm', 'Tried:parity'],
])('on %s', (backend, query) => {
  it.each(Object.entries({ twoHeads, sequences, tags }))('%s pass', async (_, subject) => {
    expect(await failures(subject, backend, query)).toEqual([]);
  });
});

const two = (change: (head: Head<never, never>) => object): Subject => ({
  ...twoHeads,
  create: (options) => {
    const head = twoHeaded(options);
    return Object.assign(head, change(head as never)) as unknown as Head;
  },
});

type Sparse = (labels: SparseTensor) => SparseTensor;

/** A head of tags that takes other labels for those that it is given. */
class OtherTags extends MultiLabelHead {
  readonly #other: Sparse;
  constructor(options: ConstructorParameters<typeof MultiLabelHead>[0], other: Sparse) {
    super(options);
    this.#other = other;
  }
  protected override checkLabels(labels: Tensor | SparseTensor, logits: Tensor): Tensor {
    return super.checkLabels('denseShape' in labels ? this.#other(labels) : labels, logits);
  }
}

const otherTags = (other: Sparse, vocabulary = TAGS): Subject => ({
  ...tags,
  create: (options) => new OtherTags({ ...options, labelVocabulary: vocabulary, nClasses: TAGS.length }, other),
});

const sequencesWith = (clearing: Clear): Subject => ({
  ...sequences,
  create: (options) => sequenceHead(options, clearing),
});

describe('a head with one fault fails', () => {
  it.each<[fault: string, subject: Subject, check: string, says: string]>([
    [
      'the loss of one of two heads left out',
      { ...twoHeads, create: (options) => twoHeaded(options, ({ size }) => [size]) as Head },
      'law:classes-told-apart',
      'the classes whose labels give the same',
    ],
    [
      'the loss of one of two heads squared',
      { ...twoHeads, create: (options) => twoHeaded(options, ({ size, kind }) => [size, mul(kind, kind)]) as Head },
      'law:sum-of-parts',
      'the loss',
    ],
    [
      'metrics that count one of two heads before the other is found wrong',
      two(({ updateMetrics }) => ({
        updateMetrics: (...[metrics, features, logits, labels, options]: Parameters<Head['updateMetrics']>) => {
          tidy(() => metrics['average_loss/size']?.update(scalar(1)));
          return updateMetrics(metrics, features, logits as never, labels as never, options);
        },
      })),
      'law:errors',
      'the metrics after the error',
    ],
    [
      'predictions under the names of the other order',
      { ...twoHeads, predictions: Object.fromEntries(Object.entries(twoHeads.predictions ?? {}).toReversed()) },
      'law:predictions-as-claimed',
      'the keys',
    ],
    ['a claim of three logits where a head has two', withThree(), 'law:loss-is-scalar', 'LOGITS_SHAPE'],
    ['only the first of the tags of each row', otherTags(firstOfEach), 'golden:gradient', 'the gradient'],
    ['a tag taken for another', otherTags((labels) => labels, TAGS.toReversed()), 'golden:gradient', 'the gradient'],
    [
      'numbers taken for the first tag',
      otherTags((labels) => (labels.values.dtype === 'float32' ? { ...labels, values: cats(labels) } : labels)),
      'law:errors',
      'loss with labels of dtype float32: got no error',
    ],
    [
      'tags called by their ids',
      { ...tags, create: (options) => new NumberedTags({ ...options, labelVocabulary: TAGS, nClasses: TAGS.length }) },
      'golden:predictions',
      'the prediction classes',
    ],
    [
      'logits in the padding that are no numbers, at hardly a weight',
      sequencesWith((steps, counts) => {
        const cleared = clear(steps, counts);
        return { ...cleared, logits: steps.logits, weights: maximum(cleared.weights, 1e-30) };
      }),
      'law:padding-counts-for-nothing',
      'fill=NaN: the loss',
    ],
    [
      'weights in the padding that count',
      sequencesWith((steps, counts) => ({ ...clear(steps, counts), weights: steps.weights })),
      'law:padding-counts-for-nothing',
      'fill=others: the loss',
    ],
    [
      'labels in the padding that must be labels',
      sequencesWith((steps, counts) => ({ ...clear(steps, counts), labels: steps.labels })),
      'law:padding-counts-for-nothing',
      'LABELS_RANGE',
    ],
    [
      'a mean over all steps, the padding among them',
      sequencesWith((steps, counts) => ({ ...clear(steps, counts), size: scalar(steps.logits.size) })),
      'law:mean-is-sum-over-size',
      'the mean',
    ],
    [
      'no notice of the mask',
      sequencesWith((steps) => clear(steps, ones(steps.logits.shape, 'bool'))),
      'law:padding-counts-for-nothing',
      'the loss',
    ],
  ])('%s', async (_, subject, check, says) => {
    expect((await failures(subject, 'cpu', `Tried:${check}`)).join('\n')).toContain(says);
  });
});

/** The claim of a head that is not there. */
function withThree(): Subject {
  return { ...twoHeads, heads: { ...twoHeads.heads, size: { logitsDimension: 3 } } };
}

/** The first tag for each label. */
function cats({ values }: SparseTensor): SparseTensor['values'] {
  return tensor1d(
    Array.from({ length: values.size }, () => 'cat'),
    'string',
  );
}

/** The labels in the first place of each row. */
function firstOfEach({ indices, values, denseShape }: SparseTensor): SparseTensor {
  const places = Array.from(indices.dataSync());
  const first = Array.from(values.dataSync() as unknown as string[]).flatMap((word, i) =>
    places[2 * i + 1] === 0 ? [{ row: places[2 * i] as number, word }] : [],
  );
  return {
    indices: tensor2d(
      first.flatMap(({ row }) => [row, 0]),
      [first.length, 2],
      'int32',
    ),
    values: tensor1d(
      first.map(({ word }) => word),
      'string',
    ),
    denseShape,
  };
}

/** Words for classes are forgotten. */
class NumberedTags extends MultiLabelHead {
  override predictions(...args: Parameters<MultiLabelHead['predictions']>): ReturnType<MultiLabelHead['predictions']> {
    const { classes, ...others } = super.predictions(...args) as unknown as Record<string, Tensor>;
    const numbered = classes && {
      ...others,
      classes: tensor(
        Array.from({ length: sizeOf(classes.shape) }, (_, i) => String(i)),
        classes.shape,
        'string',
      ),
    };
    return (numbered ?? others) as never;
  }
}
