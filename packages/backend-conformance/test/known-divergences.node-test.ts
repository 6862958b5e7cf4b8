import { expect, test } from 'vitest';
import { defaultTargets } from '../src/cli/target.js';
import { loadExpectations, queryOf, suiteOf } from '../src/index.js';

const { cases } = await suiteOf({});
const queries = new Set(cases.map(queryOf));

test.each(defaultTargets)('%s: an expectation about the backend names one case, and no case twice', async (backend) => {
  const expected = (await loadExpectations(backend))
    .filter(({ lacking }) => lacking === undefined)
    .map(({ query }) => query);
  expect(expected.filter((query) => !queries.has(query))).toEqual([]);
  expect(new Set(expected).size).toBe(expected.length);
});
