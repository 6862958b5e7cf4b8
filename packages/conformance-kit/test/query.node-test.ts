import { describe, expect, it } from 'vitest';
import { parseQueries, parseQuery, queryOf, suiteOf, type ConformanceCase } from '../src/index.js';

const parameters = { rows: 33, weights: 'rows', exact: true };
const testCase: ConformanceCase = { subject: 'RegressionHead-of-3', family: 'golden', check: 'loss', parameters };
const bare: ConformanceCase = { subject: 'tfjs', family: 'op', check: 'log1p', parameters: {} };

describe('the name of a case', () => {
  it('is head, family, check and parameters in their order', () => {
    expect(queryOf(testCase)).toBe('RegressionHead-of-3:golden:loss:rows=33,weights=rows,exact=true');
    expect(queryOf(bare)).toBe('tfjs:op:log1p');
  });

  it('is the same in another process, whatever a subject claims: JSON has no NaN', async () => {
    const create = (): never => undefined as never;
    const { cases } = await suiteOf({
      Head: { create, labels: 'probability', labelsOutOfRange: [NaN, -Infinity, -0.5] },
    });
    const there = JSON.parse(JSON.stringify(cases)) as readonly ConformanceCase[];
    expect(there.map(queryOf)).toEqual(cases.map(queryOf));
    expect(cases.map(queryOf)).toContain('Head:law:labels-range:label=NaN,from=host');
  });

  it('is a query for the case, whatever stands in it', () => {
    const odd = { ...testCase, subject: 'a*b(c)+', parameters: { text: 'x,y:z', more: '[1|2]' } };
    for (const named of [testCase, bare, odd]) expect(parseQuery(queryOf(named))(named)).toBe(true);
    expect(parseQuery(queryOf(odd))({ ...odd, subject: 'aab(c)+' })).toBe(false);
  });
});

describe('a query', () => {
  it.each([
    'RegressionHead-of-3',
    'RegressionHead-of-3:golden',
    '*:golden:loss',
    'Regression*',
    '*-of-*:*:l*s',
    '*:*:*:*',
    '*:*:*:rows=33',
    '*:*:*:exact=true,rows=33',
    '*:*:*:rows=*',
    '*:*:*:rows=3*,w*=rows',
    '*:golden:loss:',
  ])('%s means it', (query) => {
    expect(parseQuery(query)(testCase)).toBe(true);
  });

  it.each([
    '',
    'RegressionHead',
    'regressionhead-of-3',
    'Regression.*',
    '*:law',
    '*:gold',
    '*:golden:los',
    '*::loss',
    '*:*:*:rows=3',
    '*:*:*:row=33',
    '*:*:*:rows=33,weights=none',
    '*:*:*:rows=33,weights=rows,exact=true,more=1',
  ])('%s does not mean it', (query) => {
    expect(parseQuery(query)(testCase)).toBe(false);
  });

  it('without parameters means a case that has none', () => {
    expect(parseQuery('tfjs:op:log1p')(bare)).toBe(true);
    expect(parseQuery('tfjs:op:log1p:x=1')(bare)).toBe(false);
  });
});

describe('a query of many stars', () => {
  const long = { ...testCase, subject: 'a'.repeat(2000) };

  it.each([
    `${'*'.repeat(10_000)}b`,
    `${'*a'.repeat(900)}*b`,
    `*:*:*:${'*a'.repeat(900)}*b`,
    `*:*:*:${'*'.repeat(5000)}=b,${'r*'.repeat(3000)}`,
  ])('takes no time to tell that it does not mean it: %.12s', (query) => {
    expect(parseQuery(query)(long)).toBe(false);
  });

  it('means what it says', () => {
    expect(parseQuery('*a'.repeat(2000))(long)).toBe(true);
    expect(parseQuery('*a'.repeat(2001))(long)).toBe(false);
    for (const [pattern, name, isMeant] of [
      ['a*a', 'a', false],
      ['a*a', 'aa', true],
      ['*ab*ab', 'ab', false],
      ['*ab*ab', 'abab', true],
      ['a*b*c', 'aXbXbc', true],
      ['a*bc*c', 'abc', false],
      ['**', '', true],
      ['*', 'a\nb', true],
      ['.*', 'ab', false],
      ['a**b', 'ab', true],
    ] as const) {
      expect(parseQuery(pattern)({ ...testCase, subject: name }), `${pattern} for ${name}`).toBe(isMeant);
    }
  });
});

describe('several queries', () => {
  it('mean what one of them means', () => {
    const isMeant = parseQueries(['*:law', 'tfjs']);
    expect([testCase, bare].map(isMeant)).toEqual([false, true]);
  });

  it('that are none mean everything', () => {
    expect([testCase, bare].map(parseQueries([]))).toEqual([true, true]);
  });
});
