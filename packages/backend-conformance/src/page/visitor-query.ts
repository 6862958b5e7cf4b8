/**
 * The queries that mean: what one of the words of a text means, in one of some of all families. Empty where that is all there is;
 * undefined where it is nothing.
 */
export function parseVisitorQuery(
  text: string,
  wanted: readonly string[],
  all: readonly string[],
): readonly string[] | undefined {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 && wanted.length === all.length) return [];
  const queries = (words.length === 0 ? ['*'] : words).flatMap((word) => {
    const [subject = '*', family = '*', ...rest] = word.split(':');
    const isPattern = family.includes('*') || family === '';
    return wanted.filter((name) => isPattern || name === family).map((name) => [subject, name, ...rest].join(':'));
  });
  return queries.length === 0 ? undefined : queries;
}
