import type { HeadErrorCode } from '@tfjs-heads/head-api';
import { headError, quote } from '@tfjs-heads/head-kit';

/**
 * One map of several. In the original, what comes later replaces what has the same key: a prediction or a metric would be gone.
 *
 * @param of What they are, for the message.
 * @throws The given code where two of them have the same key
 */
export function mergeAll<T>(
  of: string,
  maps: readonly Readonly<Record<string, T>>[],
  code: HeadErrorCode,
): Record<string, T> {
  const merged = new Map<string, T>();
  for (const [key, value] of maps.flatMap((map) => Object.entries(map))) {
    if (merged.has(key)) throw headError(code, `${of} must have keys of their own, got ${quote(key)} twice.`);
    merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** The same map under other keys. */
export function mapKeys<T>(map: Readonly<Record<string, T>>, rename: (key: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [rename(key), value]));
}
