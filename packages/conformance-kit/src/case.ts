/** What tells the cases of one check apart: plain values, so that they can stand in a query. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** The groups that the suite's own cases come in. `op` is about the backend alone; other packages may bring families of theirs. */
export const ownFamilies = ['op', 'golden', 'law', 'parity', 'training'] as const;
export type Family = (typeof ownFamilies)[number];

/**
 * One thing to be shown. A case is data: it can be listed, filtered, put into a shard or sent to another process.
 * What it runs is looked up by `family` and `check`.
 */
export interface ConformanceCase {
  /** What is under test, by its name: a head, or `tfjs` where it is the backend alone. */
  readonly subject: string;
  /** One of the suite's own, or of those that `suiteOf` was given. */
  readonly family: string;
  readonly check: string;
  readonly parameters: Parameters;
}

/** The name of a case, `subject:family:check:key=value,key=value`. */
export function queryOf({ subject, family, check, parameters }: ConformanceCase): string {
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return [subject, family, check, ...(values.length > 0 ? [values.join()] : [])].join(':');
}

/** Says whether a case is meant. */
export type Query = (conformanceCase: ConformanceCase) => boolean;

/**
 * Understands `subject:family:check:key=value,key=value`, where `*` stands for any characters, parts left out at the end
 * stand for all, and parameters in any order must be among those of the case. The name of a case is a query too.
 *
 * @example
 * parseQuery('*:law:no-leak') // of every subject
 * parseQuery('RegressionHead:golden:*:rows=33')
 */
export function parseQuery(text: string): Query {
  const [subject = '*', family = '*', check = '*', ...rest] = text.split(':');
  const matches = [subject, family, check].map(toPattern);
  const wanted = rest
    .join(':')
    .split(',')
    .filter((part) => !/^\**$/.test(part))
    .map(toPattern);
  return (testCase) => {
    const parts = [testCase.subject, testCase.family, testCase.check];
    const given = (): string[] => Object.entries(testCase.parameters).map(([key, value]) => `${key}=${value}`);
    const isMeant = parts.every((part, i) => matches[i]?.(part));
    return (isMeant && (wanted.length === 0 || areIn(given(), wanted))) || queryOf(testCase) === text;
  };
}

/** Means whatever one of them means; everything where there is none. */
export function parseQueries(texts: readonly string[]): Query {
  const queries = texts.map(parseQuery);
  return (testCase) => queries.length === 0 || queries.some((query) => query(testCase));
}

type Pattern = (text: string) => boolean;

function areIn(given: readonly string[], wanted: readonly Pattern[]): boolean {
  return wanted.every((matches) => given.some(matches));
}

/**
 * What stands between the stars is looked for from left to right, each where it comes first: none needs to be tried at two places,
 * as a regular expression would, which takes time without end for a few dozen stars.
 */
function toPattern(text: string): Pattern {
  const [first = '', ...others] = text.split('*');
  const last = others.pop();
  if (last === undefined) return (name) => name === text;
  const between = others.filter((part) => part !== '');
  return (name) => {
    const end = name.length - last.length;
    if (end < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = name.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** One part of a run that is split over machines: the `index`th of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Every `count`th of a list, so that costly neighbours are dealt out evenly. */
export function inShard<T>(list: readonly T[], shard: Shard | undefined): readonly T[] {
  return shard === undefined ? list : list.filter((_, i) => i % shard.count === shard.index - 1);
}

/**
 * Reads `2/5`.
 *
 * @throws Error that says what was got
 */
export function parseShard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= Number.MAX_SAFE_INTEGER) return { index, count };
  throw new Error(`A shard is i/n with 1 <= i <= n, such as 2/5, got '${text}'.`);
}
