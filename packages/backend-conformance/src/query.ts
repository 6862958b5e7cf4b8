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
  const wanted = rest.join(':').split(',').filter((part) => part !== '' && part !== '*').map(toPattern);
  return (one) => {
    if (queryOf(one) === text) return true;
    const parts = [one.head, one.family, one.check];
    const given = Object.entries(one.parameters).map(([key, value]) => `${key}=${value}`);
    return parts.every((part, i) => matches[i]?.test(part)) && wanted.every((pattern) => given.some((each) => pattern.test(each)));
  };
}

/** Means whatever one of them means; everything where there is none. */
export function parseQueries(texts: readonly string[]): Query {
  const queries = texts.map(parseQuery);
  return (one) => queries.length === 0 || queries.some((query) => query(one));
}

function toPattern(text: string): RegExp {
  const escaped = text.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(String.raw`\*`, '.*')}$`);
}
