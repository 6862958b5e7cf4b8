import { describe, expect, it } from 'vitest';
import { checkExpectationFile, type ConformanceCase } from '../src/index.js';
import { checkExpectations, expectationOf, idleExpectations } from '../src/expectation.js';

const testCase: ConformanceCase = { subject: 'tfjs', family: 'op', check: 'log1p', parameters: { near: 0 } };
const known = { query: 'tfjs:op:log1p', reason: 'computes log(1 + x)', upstream: 'https://example.com/1' };
const other = { query: '*:law', reason: 'another', upstream: null };

describe('the expectation of a case', () => {
  it('is the first whose query means it', () => {
    expect(expectationOf(testCase, [other, known, { ...known, reason: 'later' }], [])).toBe(known);
  });

  it('is none where no query does', () => {
    expect(expectationOf(testCase, [other], [])).toBeUndefined();
    expect(expectationOf(testCase, [], [])).toBeUndefined();
  });

  it('that names a case means that one alone', () => {
    const byName = { ...known, query: 'tfjs:op:log1p:near=0' };
    const withMore = { ...testCase, parameters: { near: 0, size: 3 } };
    expect(expectationOf(testCase, [byName], [])).toBe(byName);
    expect(expectationOf(withMore, [byName], [])).toBeUndefined();
    expect(expectationOf(withMore, [{ ...known, query: 'tfjs:op:log1p:near=0,*' }], [])).toBeDefined();
  });

  it('that goes with a lack is one for backends that lack it', () => {
    const undefinedThere = { ...known, lacking: 'nan' } as const;
    expect(expectationOf(testCase, [undefinedThere], ['float32'])).toBe(undefinedThere);
    expect(expectationOf(testCase, [undefinedThere], ['float32', 'nan'])).toBeUndefined();
  });

  it('that no case matches is idle', () => {
    expect(idleExpectations([known, other], [testCase])).toEqual([other]);
  });
});

describe('a file of expectations', () => {
  it('is taken where it is right', () => {
    const file = { backend: 'webgl', expectations: [known, other] };
    expect(checkExpectationFile(file, 'webgl.json')).toEqual(file);
    expect(checkExpectationFile({ backend: 'cpu', expectations: [] }, 'cpu.json')).toEqual({
      backend: 'cpu',
      expectations: [],
    });
  });

  it.each([
    { what: 'nothing', file: null, says: 'expected Object, got null' },
    { what: 'not there', file: undefined, says: 'expected Object, got undefined' },
    { what: 'a list', file: [known], says: 'backend: missing' },
    { what: 'text', file: 'text', says: 'expected Object, got "text"' },
    { what: 'without a backend', file: { expectations: [] }, says: 'backend: missing' },
    { what: 'with an empty backend', file: { backend: '', expectations: [] }, says: 'backend: expected text, got ""' },
    { what: 'without expectations', file: { backend: 'cpu' }, says: 'expectations: missing' },
    {
      what: 'with expectations that are no list',
      file: { backend: 'cpu', expectations: known },
      says: 'expectations: expected Array, got Object',
    },
    {
      what: 'with a key that is none',
      file: { backend: 'cpu', expectation: [], expectations: [] },
      says: "expectation: there is no such key; is 'expectations' meant?",
    },
  ])('is refused: $what', ({ file, says }) => {
    expect(() => checkExpectationFile(file, 'x.json')).toThrow(`x.json: ${says}`);
  });

  it.each([
    { what: 'nothing', entry: null, says: ': expected Object, got null' },
    { what: 'no query', entry: { reason: 'a', upstream: null }, says: '.query: missing' },
    { what: 'an empty query', entry: { ...known, query: '' }, says: '.query: expected text' },
    {
      what: 'a query of a family that there is not',
      entry: { ...known, query: 'MyHead:laws:no-leak' },
      says: '.query: expected a query such as',
    },
    { what: 'a query of spaces', entry: { ...known, query: 'My Head:law' }, says: '.query: expected a query such as' },
    {
      what: 'a query with a parameter without a value',
      entry: { ...known, query: 'MyHead:law:no-leak:use' },
      says: '.query: expected a query such as',
    },
    { what: 'no reason', entry: { query: 'a', upstream: null }, says: '.reason: missing' },
    { what: 'an empty reason', entry: { ...known, reason: '' }, says: '.reason: expected text, got ""' },
    { what: 'no upstream, not even null', entry: { query: 'a', reason: 'b' }, says: '.upstream: missing' },
    {
      what: 'a capability that there is not',
      entry: { ...known, lacking: 'patience' },
      says: '.lacking: expected ("float32" | "infinity"',
    },
    {
      what: 'an upstream that is no address',
      entry: { ...known, upstream: 'issue 12' },
      says: '.upstream: expected an address or null, got "issue 12"',
    },
    {
      what: 'an upstream that is a script',
      entry: { ...known, upstream: 'javascript:alert(1)' },
      says: '.upstream: expected an address or null',
    },
    {
      what: 'a key that is none',
      entry: { ...known, laking: 'nan' },
      says: ".laking: there is no such key; is 'lacking' meant?",
    },
  ])('is refused with an entry that has or is $what, and says which', ({ entry, says }) => {
    const file = { backend: 'cpu', expectations: [known, entry] };
    expect(() => checkExpectationFile(file, 'x.json')).toThrow(`x.json: expectations[1]${says}`);
  });
});

describe('expectations in a program', () => {
  it('are held to the same form', () => {
    const ofOthers = { ...known, query: 'MyHead:tracing:same-as-eager' }; // not far from `training`
    expect(checkExpectations([ofOthers], 'mine')).toEqual([ofOthers]);
    expect(checkExpectations([known, other], 'mine')).toEqual([known, other]);
    expect(() => checkExpectations([{ ...known, query: 'MyHead:low' }], 'mine')).toThrow(
      'mine: [0].query: expected a query such as',
    );
    expect(() => checkExpectations(known, 'mine')).toThrow('mine: expected Array, got Object');
  });
});
