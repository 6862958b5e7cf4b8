import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startForSuite } from '@tfjs-heads/conformance-kit';
import { runCases, suiteOf, type BackendRecord, type CaseResult, type Subject, type Subjects } from '../src/index.js';
import { baselineHead } from './other-heads/baseline-head.js';
import { binaryHead } from './other-heads/binary-head.js';
import { classHead } from './other-heads/class-head.js';
import { coxHead, listwiseHead } from './other-heads/dependent-heads.js';
import { exposureHead, survivalHead } from './other-heads/feature-heads.js';
import { multiLabelHead } from './other-heads/multi-label-head.js';
import { plain } from './other-heads/plain-head.js';
import { absoluteErrorHead } from './other-heads/readme-head.js';
import { unweightedHead } from './other-heads/unweighted-head.js';

// Kinds of heads of which this project has none.
const others: Subjects = {
  ClassHead: classHead,
  BaselineHead: baselineHead,
  BinaryHead: binaryHead,
  MultiLabelHead: multiLabelHead,
  UnweightedHead: unweightedHead,
  PlainHead: plain,
  ExposureHead: exposureHead,
  SurvivalHead: survivalHead,
  CoxHead: coxHead,
  ListwiseHead: listwiseHead,
  ReadmeHead: {
    create: ({ name, lossReduction } = {}) => absoluteErrorHead({ name, lossReduction }),
    weights: 'none',
    metrics: ['average_loss'],
    predictions: { predictions: { lastDimension: 1, dtype: 'float32' } },
  },
};

let record: BackendRecord;
beforeAll(async () => {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  ({ record } = started);
});

async function run(name: string, subject: Subject): Promise<CaseResult[]> {
  const suite = await suiteOf({ [name]: subject });
  const cases = suite.cases.filter((testCase) => testCase.subject === name);
  const results: CaseResult[] = [];
  for await (const result of runCases({ suite, cases, backend: record, expectations: [] })) results.push(result);
  return results;
}

it('the README of head-kit shows the head that passes here', () => {
  const [readme, source] = ['../../head-kit/README.md', './other-heads/readme-head.ts'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  );
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
});

describe('a head of another kind', () => {
  it.each(Object.entries(others))('passes: %s', async (name, subject) => {
    const results = await run(name, subject);
    expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
    const families = ['law', 'parity', 'training', ...(subject.goldens ? ['golden'] : [])];
    expect(new Set(results.map(({ family }) => family))).toEqual(new Set(families));
  });

  it.each<[string, string, Subject, string]>([
    ['labels of another kind', 'ClassHead', { ...classHead, labels: 'count' }, 'LABELS_'],
    ['weights that it does not know', 'UnweightedHead', { ...unweightedHead, weights: 'rows' }, 'WEIGHTS_MISSING'],
    ['weights for each logit that it refuses', 'ClassHead', { ...classHead, weights: 'logits' }, 'WEIGHTS_'],
    [
      'weights for each row alone',
      'BinaryHead',
      { ...binaryHead, weights: 'rows' },
      'features of shape [3,2]: got no error',
    ],
    ['labels that it takes for out of range', 'PlainHead', { ...plain, labelsOutOfRange: [-1] }, 'got no error'],
  ])('fails where it claims %s', async (_, name, subject, says) => {
    const failures = (await run(name, subject)).filter(({ status }) => status === 'fail');
    expect(failures.map(({ query, message }) => `${query}: ${message}`).join('\n')).toContain(says);
  });
});
