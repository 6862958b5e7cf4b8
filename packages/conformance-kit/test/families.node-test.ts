import '@tensorflow/tfjs-backend-cpu';
import { scalar } from '@tensorflow/tfjs-core';
import type { Head } from '@tfjs-heads/head-api';
import { expect, it } from 'vitest';
import { check, parseQuery, queryOf, runCases, startForSuite, suiteOf, type Checks } from '../src/index.js';

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

it('has cases of families that it is given, and runs them', async () => {
  const suite = await suiteOf({ Cheap: { create }, Dear: { create } }, { families: { costs } });
  const cases = suite.cases.filter(parseQuery('*:costs'));
  expect(cases.map(queryOf)).toEqual(['Cheap:costs:bounded:bound=3', 'Cheap:costs:bounded:bound=1,strict=true']);
  const started = await startForSuite('cpu');
  if ('unavailable' in started) throw new Error(started.unavailable);
  const results: (string | undefined)[][] = [];
  for await (const { status, message } of runCases({ suite, cases, backend: started.record, expectations: [] }))
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

it.each(['law', 'op', '', 'two words', 'a:b'])("refuses a family called '%s'", async (name) => {
  await expect(suiteOf({ Cheap: { create } }, { families: { [name]: costs } })).rejects.toThrow(`got '${name}'`);
});
