import { allCapabilities, type Capability } from './backend/record.js';
import { queryOf, type ConformanceCase } from './case.js';
import { parseQuery } from './query.js';

/** A known divergence: the cases that it makes fail, why, and where upstream has it on record. */
export interface Expectation {
  readonly query: string;
  readonly reason: string;
  /** The address of an issue or of the line at fault; null where nobody has reported it. */
  readonly upstream: string | null;
  /** It concerns a backend only where that lacks this. What happens then is undefined: a case that passes all the same is a pass. */
  readonly lacking?: Capability;
}

/** The known divergences of one backend: what is in `expectations/<backend>.json`. */
export interface ExpectationFile {
  readonly backend: string;
  readonly expectations: readonly Expectation[];
}

/** The first expectation that a case on a backend with these capabilities matches. */
export function expectationOf(
  one: ConformanceCase,
  expectations: readonly Expectation[],
  capabilities: readonly Capability[],
): Expectation | undefined {
  return expectations.find(({ query, lacking }) => (lacking === undefined || !capabilities.includes(lacking)) && isMeant(one, query));
}

/** The expectations that no case matches: misspelled, or left from a case that is gone. */
export function idleExpectations(expectations: readonly Expectation[], cases: readonly ConformanceCase[]): readonly Expectation[] {
  return expectations.filter(({ query }) => !cases.some((one) => isMeant(one, query)));
}

/** A name with all its parameters means that case alone, not those that have more of them. */
function isMeant(one: ConformanceCase, query: string): boolean {
  const isName = !query.includes('*') && query.split(':').length > 3;
  return isName ? queryOf(one) === query : parseQuery(query)(one);
}

/**
 * Reads what somebody wrote by hand.
 *
 * @throws Error that names what is wrong
 */
export function checkExpectationFile(value: unknown, from: string): ExpectationFile {
  const { backend, expectations } = (value ?? {}) as Partial<ExpectationFile>;
  const entries: readonly (Partial<Expectation> | null)[] = Array.isArray(expectations) ? expectations : [];
  const bad = entries.findIndex((entry) => {
    const { query, reason, upstream, lacking } = entry ?? {};
    const isOnRecord = upstream === null || (isText(upstream) && URL.canParse(upstream));
    return !isText(query) || !isText(reason) || !isOnRecord || !(lacking === undefined || allCapabilities.includes(lacking));
  });
  if (isText(backend) && Array.isArray(expectations) && bad === -1) return { backend, expectations: expectations as Expectation[] };
  const wrong = bad === -1 ? JSON.stringify(value)?.slice(0, 200) : `expectations[${bad}] is ${JSON.stringify(entries[bad])}`;
  const expected = '{ backend, expectations: [{ query, reason, upstream: an address or null, lacking?: a capability }] }';
  throw new Error(`${from}: expected ${expected}, but ${wrong}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
