import '@tensorflow/tfjs-backend-cpu';
import { scalar, square } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { expect, it } from 'vitest';
import type { BackendRecord, Check, Checks, Families } from '../src/index.js';
import { check, parseQuery, queryOf, runCases, startForSuite, suiteOf } from '../src/index.js';

/** As little of a head as a family of one's own asks for. */
const create = (): Head => ({ loss: () => scalar(2) }) as unknown as Head;

const costs: Checks = {
  bounded: check({
    states: 'The loss is no more than the bound.',
    cases: ({ name }) => (name === 'Cheap' ? [{ bound: 3 }, { bound: 1, strict: true }] : []),
    async run({ subject, judge }, { bound, strict = false }) {
      const [loss = NaN] = await subject.create({}).loss(scalar(0), scalar(0)).data();
      // Of the type that the cases are of: neither needs a cast.
      judge.that(
        strict ? loss < bound : loss <= bound,
        `the loss is ${loss.toFixed(1)}, expected at most ${bound.toFixed(1)}`,
      );
    },
  }),
};

async function cpu(): Promise<BackendRecord> {
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  return started.record;
}

it('has cases of families that it is given, and runs them', async () => {
  const suite = await suiteOf({ Cheap: { create }, Dear: { create } }, { families: { costs } });
  const cases = suite.cases.filter(parseQuery('*:costs'));
  expect(cases.map(queryOf)).toEqual(['Cheap:costs:bounded:bound=3', 'Cheap:costs:bounded:bound=1,strict=true']);
  const results: (string | undefined)[][] = [];
  for await (const { status, message } of runCases({ suite, cases, backend: await cpu(), expectations: [] }))
    results.push([status, message]);
  expect(results).toEqual([
    ['pass', undefined],
    ['fail', 'the loss is 2.0, expected at most 1.0'],
  ]);
});

it('takes expected failures of such a family', async () => {
  const expectedFailures = [
    { query: 'Cheap:costs:bounded:bound=1,strict=true', reason: 'It costs 2.', upstream: null },
  ];
  await expect(suiteOf({ Cheap: { create, expectedFailures } }, { families: { costs } })).resolves.toBeDefined();
  await expect(suiteOf({ Cheap: { create, expectedFailures } })).rejects.toThrow(/matches none/);
});

it('asks checks about the backend once, whatever heads there are', async () => {
  const sign = check({
    states: 'A square is not negative.',
    about: 'backend',
    cases: ({ name }) => [{ of: -2, asked: name, none: undefined }],
    run: async ({ judge }, { of }) => judge.that((await square(of).data())[0] === 4, 'it is'),
  });
  for (const subjects of [{}, { Cheap: { create }, Dear: { create } }]) {
    const suite = await suiteOf(subjects, { families: { costs, signs: { sign } } });
    const cases = suite.cases.filter(parseQuery('*:signs'));
    expect(cases.map(queryOf)).toEqual(['tfjs:signs:sign:of=-2,asked=tfjs']);
    const results = runCases({ suite, cases, backend: await cpu(), expectations: [] });
    expect((await results.next()).value).toMatchObject({ subject: 'tfjs', status: 'pass' });
  }
});

it.each(['law', 'op', '', 'two words', 'a:b', 'x'.repeat(101)])("refuses a family called '%s'", async (name) => {
  await expect(suiteOf({ Cheap: { create } }, { families: { [name]: costs } })).rejects.toThrow(/^families.*, got "/);
});

const { bounded } = costs;
it.each<[what: string, families: unknown, says: string]>([
  ['a list', [costs], 'families: 0: expected a name'],
  ['nothing', null, 'families: expected Object, got null'],
  ['a family that is a check', { costs: bounded }, 'families: costs.states: expected Object'],
  ['a check by the name of none', { costs: { 'a:b': bounded } }, 'families: costs["a:b"]: expected a name'],
  [
    'a check without a statement',
    { costs: { a: { ...bounded, states: '' } } },
    'families: costs.a.states: expected text',
  ],
  ['a check without cases', { costs: { a: { states: 'b', run: () => {} } } }, 'families: costs.a.cases: missing'],
  [
    'a key that is none',
    { costs: { a: { ...bounded, need: [] } } },
    "families: costs.a.need: there is no such key; is 'needs'",
  ],
  [
    'a need that is none',
    { costs: { a: { ...bounded, needs: ['gpu'] } } },
    'families: costs.a.needs[0]: expected ("float32"',
  ],
  [
    'something else to be about',
    { costs: { a: { ...bounded, about: 'op' } } },
    'families: costs.a.about: expected ("heads"',
  ],
])('refuses %s', async (_, families, says) => {
  await expect(suiteOf({}, { families: families as Families })).rejects.toThrow(says);
});

it.each<[what: string, parameters: object[], says: string]>([
  ['that is no plain value', [{ a: [1] }], 'Cheap:own:a: expected parameters that are finite numbers'],
  ['that is not finite', [{ a: NaN }], 'got Cheap:own:a:a=NaN'],
  ['that is too long', [{ a: 'x'.repeat(1001) }], 'of at most 1000 characters'],
  [
    'that is there twice',
    [{ a: 1 }, { a: 1, b: undefined }],
    'expected a name for each, twice the same, got Cheap:own:a:a=1',
  ],
])('refuses a case with a parameter %s', async (_, parameters, says) => {
  const a = { ...bounded, cases: () => parameters } as unknown as Check;
  await expect(suiteOf({ Cheap: { create } }, { families: { own: { a } } })).rejects.toThrow(says);
});
