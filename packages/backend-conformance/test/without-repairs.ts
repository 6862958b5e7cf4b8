import type { ProvidedContext } from 'vitest';
import withoutRepairsJson from './without-repairs.json' with { type: 'json' };

/**
 * The cases about the backend that fail without a repair and pass with it: for each backend, by the repair that cures them. What
 * `npm run conformance:engines` tells of the engines is held to it, too.
 */
export const withoutRepairs: Readonly<Record<ProvidedContext['backend'], Readonly<Record<string, readonly string[]>>>> =
  withoutRepairsJson;
