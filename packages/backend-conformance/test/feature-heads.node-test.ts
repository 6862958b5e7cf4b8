import { add, clipByValue, less, mul, neg, range, reshape, where, type Tensor } from '@tensorflow/tfjs-core';
import { customLoss, type LossFn, LabelRange } from '@tfjs-heads/head-kit';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { describe, expect, it } from 'vitest';
import { startForSuite } from '@tfjs-heads/conformance-kit';
import { loadExpectations, runCases, suiteOf, type CaseResult, type Subject, type Subjects } from '../src/index.js';
import { BaselineHead, baselineHead, baselineLoss, CLASSES } from './other-heads/baseline-head.js';
import { coxHead, coxLoss, listwiseHead, listwiseLoss } from './other-heads/dependent-heads.js';
import { exposureHead, exposureLoss, survivalHead, survivalLoss } from './other-heads/feature-heads.js';

const right: Subjects = {
  ExposureHead: exposureHead,
  SurvivalHead: survivalHead,
  CoxHead: coxHead,
  ListwiseHead: listwiseHead,
  BaselineHead: baselineHead,
};

/** The cases of a head that do not pass on a backend, each with its message. */
async function failures(
  subjects: Subjects,
  backend: string,
  isMeant: (query: string) => boolean = () => true,
): Promise<string[]> {
  const started = await startForSuite(backend);
  if ('unavailable' in started) throw new Error(started.unavailable);
  const suite = await suiteOf(subjects);
  const cases = suite.cases.filter(
    ({ subject, family, check }) => subject in subjects && isMeant(`${family}:${check}`),
  );
  const results: CaseResult[] = [];
  for await (const result of runCases({
    suite,
    cases,
    backend: started.record,
    expectations: await loadExpectations(backend),
  }))
    results.push(result);
  return results.filter(({ status }) => status !== 'pass').map(({ query, message }) => `${query}: ${message}`);
}

describe.each(['wasm', 'tensorflow'])('on %s', (backend) => {
  it('heads whose loss needs features, or knows its whole batch, are certified', async () => {
    expect(await failures(right, backend)).toEqual([]);
  });
});

/** A right head with another loss. */
const withLoss = (subject: Subject, lossFn: LossFn): Subject => ({
  ...subject,
  create: (options) => new RegressionHead({ ...options, lossFn }),
});

/** Where `event` is 0. */
const isCensored = ({ features }: Parameters<LossFn>[0]): Tensor => less(features.event as Tensor, 0.5);

const ONE_PER_ROW = { labelsPerRow: () => 1, lossesPerRow: () => 1 };

class ClippedHead extends BaselineHead {
  protected override readonly elementLoss = customLoss(
    (args) => baselineLoss({ ...args, labels: clipByValue(args.labels, 0, CLASSES - 2) }),
    ONE_PER_ROW,
  );
}

class RefusingHead extends BaselineHead {
  protected override readonly labelRange = new LabelRange({ min: 0, max: CLASSES - 2 });
}

describe('a head with one fault fails', () => {
  it.each<[fault: string, subject: Subject, check: string, says: string]>([
    [
      'the branch of what is censored upside down, with its gradient',
      withLoss(survivalHead, (args) => where(isCensored(args), neg(survivalLoss(args)), survivalLoss(args))),
      'golden:loss',
      'the loss[0]',
    ],
    [
      'no notice of an exposure that it claims',
      withLoss(exposureHead, (args) => exposureLoss({ ...args, features: { exposure: add(mul(args.labels, 0), 1) } })),
      'law:features-count',
      "the feature 'exposure' is claimed, but nothing depends on it",
    ],
    [
      'a feature that it needs and does not claim',
      { ...exposureHead, features: undefined },
      'law:loss-is-scalar',
      'must be',
    ],
    [
      'a claim of rows that depend on each other, and none that do',
      { ...survivalHead, rows: 'dependent' },
      'law:rows-dependent',
      'is claimed',
    ],
    [
      'no claim that its rows depend on each other',
      { ...coxHead, rows: 'independent' },
      'law:sum-of-parts',
      'the loss',
    ],
    [
      'rows that count by their place in the batch',
      withLoss(coxHead, (args) => mul(coxLoss(args), add(1, mul(1e-3, byPlace(args.logits))))),
      'law:permutation',
      'the loss',
    ],
    [
      'squares of weights in a listwise loss',
      squaredWeights(listwiseHead, listwiseLoss),
      'law:weights-add',
      'the loss',
    ],
    [
      'the last class taken for the one before',
      { ...baselineHead, create: (options) => new ClippedHead(options) },
      'law:classes-told-apart',
      '["2 and 3"]',
    ],
    [
      'a refusal of the last class',
      { ...baselineHead, create: (options) => new RefusingHead(options) },
      'law:sum-of-parts',
      'LABELS_RANGE',
    ],
  ])('%s', async (_, subject, check, says) => {
    const said = await failures({ Broken: subject }, 'cpu', (query) => query === check);
    expect(said.join('\n')).toContain(says);
  });

  it('a refusal of the last class, which labels of as many classes as there are logits never reach', async () => {
    const subject: Subject = { ...baselineHead, classes: undefined, create: (options) => new RefusingHead(options) };
    expect(await failures({ Broken: subject }, 'cpu', (query) => query === 'law:sum-of-parts')).toEqual([]);
  });
});

/** 0, 1, 2... by the place in the batch. */
function byPlace(logits: Tensor): Tensor {
  const { size, shape } = logits;
  return reshape(range(0, size), shape);
}

/** A head that squares its weights in the loss. */
function squaredWeights(subject: Subject, lossFn: LossFn): Subject {
  return withLoss(subject, (args) => {
    const weights = args.features.weight as Tensor | undefined;
    if (weights === undefined) return lossFn(args);
    return mul(
      lossFn(args),
      weights.size === args.logits.size
        ? reshape(weights, args.logits.shape)
        : reshape(weights, [...args.logits.shape.slice(0, -1), 1]),
    );
  });
}
