import { describe, expect, it } from 'vitest';
import { checkExpectationFile, type ConformanceCase } from '../src/index.js';
import { expectationOf, idleExpectations } from '../src/expectation.js';

const one: ConformanceCase = { head: 'tfjs', family: 'op', check: 'log1p', parameters: { near: 0 } };
const known = { query: 'tfjs:op:log1p', reason: 'computes log(1 + x)', upstream: 'https://example.com/1' };
const other = { query: '*:law', reason: 'another', upstream: null };

describe('the expectation of a case', () => {
  it('is the first whose query means it', () => {
    expect(expectationOf(one, [other, known, { ...known, reason: 'later' }], [])).toBe(known);
  });

  it('is none where no query does', () => {
    expect(expectationOf(one, [other], [])).toBeUndefined();
    expect(expectationOf(one, [], [])).toBeUndefined();
  });

  it('that names a case means that one alone', () => {
    const byName = { ...known, query: 'tfjs:op:log1p:near=0' };
    const withMore = { ...one, parameters: { near: 0, size: 3 } };
    expect(expectationOf(one, [byName], [])).toBe(byName);
    expect(expectationOf(withMore, [byName], [])).toBeUndefined();
    expect(expectationOf(withMore, [{ ...known, query: 'tfjs:op:log1p:near=0,*' }], [])).toBeDefined();
  });

  it('that goes with a lack is one for backends that lack it', () => {
    const undefinedThere = { ...known, lacking: 'nan' } as const;
    expect(expectationOf(one, [undefinedThere], ['float32'])).toBe(undefinedThere);
    expect(expectationOf(one, [undefinedThere], ['float32', 'nan'])).toBeUndefined();
  });

  it('that no case matches is idle', () => {
    expect(idleExpectations([known, other], [one])).toEqual([other]);
  });
});

describe('a file of expectations', () => {
  it('is taken where it is right', () => {
    const file = { backend: 'webgl', expectations: [known, other] };
    expect(checkExpectationFile(file, 'webgl.json')).toEqual(file);
    expect(checkExpectationFile({ backend: 'cpu', expectations: [] }, 'cpu.json')).toEqual({ backend: 'cpu', expectations: [] });
  });

  it.each([
    { what: 'nothing', file: null },
    { what: 'not there', file: undefined },
    { what: 'a list', file: [known] },
    { what: 'text', file: 'text' },
    { what: 'without a backend', file: { expectations: [] } },
    { what: 'with an empty backend', file: { backend: '', expectations: [] } },
    { what: 'without expectations', file: { backend: 'cpu' } },
    { what: 'with expectations that are no list', file: { backend: 'cpu', expectations: known } },
  ])('is refused: $what', ({ file }) => {
    expect(() => checkExpectationFile(file, 'x.json')).toThrow('x.json: expected { backend, expectations');
  });

  it.each([
    { what: 'nothing', entry: null },
    { what: 'no query', entry: { reason: 'a', upstream: null } },
    { what: 'an empty query', entry: { ...known, query: '' } },
    { what: 'no reason', entry: { query: 'a', upstream: null } },
    { what: 'an empty reason', entry: { ...known, reason: '' } },
    { what: 'no upstream, not even null', entry: { query: 'a', reason: 'b' } },
    { what: 'a capability that there is not', entry: { ...known, lacking: 'patience' } },
    { what: 'an upstream that is no address', entry: { ...known, upstream: 'issue 12' } },
  ])('is refused with an entry that has or is $what, and says which', ({ entry }) => {
    const file = { backend: 'cpu', expectations: [known, entry] };
    expect(() => checkExpectationFile(file, 'x.json')).toThrow(`but expectations[1] is ${JSON.stringify(entry)}`);
  });
});
