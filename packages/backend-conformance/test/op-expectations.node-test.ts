import { expect, test } from 'vitest';
import { backendNames } from '../../../tools/test/backend/name.js';
import { loadExpectations, queryOf, suiteOf } from '../src/index.js';

const { cases } = await suiteOf({});
const queries = cases.map(queryOf);

test('every case of the family op has a name of its own', () => {
  expect(new Set(queries).size).toBe(queries.length);
});

test.each(backendNames)('%s: an expectation about the backend names one case, and no case twice', async (backend) => {
  const expected = (await loadExpectations(backend)).filter(({ lacking }) => lacking === undefined).map(({ query }) => query);
  expect(expected.filter((query) => !queries.includes(query))).toEqual([]);
  expect(new Set(expected).size).toBe(expected.length);
});
