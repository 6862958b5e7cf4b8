/**
 * Where two values first differ as JSON, by path; undefined where they are equal.
 *
 * @param bound How far numbers may be apart, relative to those above 1.
 */
export function differenceOf(committed: unknown, generated: unknown, path = '', bound = 0): string | undefined {
  if (!isObject(committed) || !isObject(generated) || Array.isArray(committed) !== Array.isArray(generated)) {
    return Object.is(committed, generated) || isWithin(bound, committed, generated)
      ? undefined
      : `${path || 'all'} is ${brief(committed)}, generated ${brief(generated)}`;
  }
  for (const key of new Set([...Object.keys(committed), ...Object.keys(generated)])) {
    const inner = Array.isArray(committed) ? `${path}[${key}]` : `${path}${path && '.'}${key}`;
    const difference = differenceOf(committed[key], generated[key], inner, bound);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isWithin(bound: number, a: unknown, b: unknown): boolean {
  return typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= bound * Math.max(1, Math.abs(a));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function brief(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
