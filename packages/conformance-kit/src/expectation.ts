import { closestMatch } from 'leven';
import { array, check, exactOptional, nullable, picklist, pipe, string, type GenericSchema } from 'valibot';
import { allCapabilities, type Capability } from './capability.js';
import { ownFamilies, parseQuery, queryOf, type ConformanceCase } from './case.js';
import { readJson } from './json.js';
import { exactly, text, validated } from './validate.js';

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
  testCase: ConformanceCase,
  expectations: readonly Expectation[],
  capabilities: readonly Capability[],
): Expectation | undefined {
  return expectations.find(
    ({ query, lacking }) => (lacking === undefined || !capabilities.includes(lacking)) && isMeant(testCase, query),
  );
}

/** The expectations that no case matches: misspelled, or left from a case that is gone. */
export function idleExpectations(
  expectations: readonly Expectation[],
  cases: readonly ConformanceCase[],
): readonly Expectation[] {
  return expectations.filter(({ query }) => !cases.some((testCase) => isMeant(testCase, query)));
}

/** A name with all its parameters means that case alone, not those that have more of them. */
function isMeant(testCase: ConformanceCase, query: string): boolean {
  const isName = !query.includes('*') && query.split(':').length > 3;
  return isName ? queryOf(testCase) === query : parseQuery(query)(testCase);
}

/**
 * Reads what somebody wrote by hand.
 *
 * @throws Error that names each place that is wrong, what was expected there and what it got
 */
export function checkExpectationFile(value: unknown, from: string): ExpectationFile {
  return validated(expectationFile, value, from);
}

/**
 * Reads expectations that stand in a program.
 *
 * @throws Error that names each place that is wrong, what was expected there and what it got
 */
export function checkExpectations(value: unknown, from: string): readonly Expectation[] {
  return validated(array(expectationSchema), value, from);
}

export const expectationSchema: GenericSchema<unknown, Expectation> = exactly({
  query: pipe(
    text,
    check(isQuery, ({ received }) => `expected a query such as 'MyHead:law:no-leak:use=loss', got ${received}`),
  ),
  reason: text,
  upstream: nullable(
    pipe(
      string(),
      check(isAddress, ({ received }) => `expected an address or null, got ${received}`),
    ),
  ),
  lacking: exactOptional(picklist(allCapabilities)),
});

const expectationFile: GenericSchema<unknown, ExpectationFile> = exactly({
  backend: text,
  expectations: array(expectationSchema),
});

/** Whether there can be cases that a query means. Whether there are, `idleExpectations` tells. */
function isQuery(query: string): boolean {
  const [subject = '', family = '*', check_ = '*', ...rest] = query.split(':');
  const isFamily = family.includes('*') || ownFamilies.some((known) => known === family) || isNameOfItsOwn(family);
  const parameters = rest.length === 0 ? [] : rest.join(':').split(',');
  return (
    [subject, check_].every((part) => /^[^\s,=]+$/.test(part)) &&
    isFamily &&
    parameters.every((part) => part.includes('*') || /^[^=]+=[^=]+$/.test(part))
  );
}

/** A family of another package may be called so: it is not one of the suite's, misspelled. */
function isNameOfItsOwn(family: string): boolean {
  return /^[\w-]+$/.test(family) && closestMatch(family.toLowerCase(), ownFamilies, { maxDistance: 1 }) === undefined;
}

function isAddress(upstream: string): boolean {
  return /^https?:\/\//.test(upstream) && URL.canParse(upstream);
}

/** Each written out in full: this is the form that bundlers replace by the address of a copied file. */
const files: Readonly<Record<string, () => URL>> = {
  cpu: () => new URL('../expectations/cpu.json', import.meta.url),
  wasm: () => new URL('../expectations/wasm.json', import.meta.url),
  webgl: () => new URL('../expectations/webgl.json', import.meta.url),
  webgpu: () => new URL('../expectations/webgpu.json', import.meta.url),
  tensorflow: () => new URL('../expectations/tensorflow.json', import.meta.url),
  'tensorflow-gpu': () => new URL('../expectations/tensorflow.json', import.meta.url),
};

/** What tfjs-core itself gets wrong: gradients, optimizers and losses, which no backend can help. */
const everyBackend = (): URL => new URL('../expectations/every-backend.json', import.meta.url);

/**
 * The known divergences of TensorFlow.js on a backend, in Node or in a page; on one that is not theirs, those that every backend
 * has. They hold for a repaired backend.
 */
export async function loadExpectations(backend: string): Promise<readonly Expectation[]> {
  const own = Object.hasOwn(files, backend) ? files[backend]?.() : undefined;
  const read = async (url: URL): Promise<readonly Expectation[]> =>
    checkExpectationFile(await readJson(url), url.href).expectations;
  return [...(own === undefined ? [] : await read(own)), ...(await read(everyBackend()))];
}
