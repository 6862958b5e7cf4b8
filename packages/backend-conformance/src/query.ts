import { queryOf, type ConformanceCase } from './case.js';

/** Says whether a case is meant. */
export type Query = (conformanceCase: ConformanceCase) => boolean;

/**
 * Understands `head:family:check:key=value,key=value`, where `*` stands for any characters, parts left out at the end
 * stand for all, and parameters in any order must be among those of the case. The name of a case is a query too.
 *
 * @example
 * parseQuery('*:law:no-leak') // of every head
 * parseQuery('RegressionHead:golden:*:rows=33')
 */
export function parseQuery(text: string): Query {
  const [head = '*', family = '*', check = '*', ...rest] = text.split(':');
  const matches = [head, family, check].map(toPattern);
  const wanted = rest.join(':').split(',').filter((part) => !/^\**$/.test(part)).map(toPattern);
  return (one) => {
    const parts = [one.head, one.family, one.check];
    const given = (): string[] => Object.entries(one.parameters).map(([key, value]) => `${key}=${value}`);
    const isMeant = parts.every((part, i) => matches[i]?.(part));
    return (isMeant && (wanted.length === 0 || areIn(given(), wanted))) || queryOf(one) === text;
  };
}

/** Means whatever one of them means; everything where there is none. */
export function parseQueries(texts: readonly string[]): Query {
  const queries = texts.map(parseQuery);
  return (one) => queries.length === 0 || queries.some((query) => query(one));
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
