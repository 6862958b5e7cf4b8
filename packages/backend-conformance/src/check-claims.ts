import type { Claims, LabelKind, Subject } from './subject.js';

const kinds: readonly LabelKind[] = ['real', 'count', 'probability', 'binary', 'class'];
const weights: readonly Claims['weights'][] = ['rows', 'logits', 'none'];

const isList = (type: 'number' | 'string') => (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === type);

/** What each claim must be, in words and as a test. */
const known: Readonly<Record<keyof Claims, readonly [expected: string, is: (value: unknown) => boolean]>> = {
  labels: [`one of ${kinds.join(', ')}`, (value) => kinds.includes(value as LabelKind)],
  labelDimension: ['a whole number from 1', (value) => Number.isInteger(value) && (value as number) >= 1],
  weights: [`one of ${weights.join(', ')}`, (value) => weights.includes(value as Claims['weights'])],
  labelsOutOfRange: ['a list of numbers', isList('number')],
  predictions: ['{ key: { lastDimension, dtype } }', (value) => typeof value === 'object' && value !== null && Object.values(value).every(isPrediction)],
  metrics: ['a list of keys', isList('string')],
  goldens: ['a URL', (value) => value instanceof URL],
};

function isPrediction(value: unknown): boolean {
  const { lastDimension, dtype } = (value ?? {}) as { readonly lastDimension?: unknown; readonly dtype?: unknown };
  return Number.isInteger(lastDimension) && typeof dtype === 'string';
}

/**
 * A claim that is misspelt would be held against nobody.
 *
 * @throws Error that names the claim, what was expected and what came
 */
export function checkClaims(name: string, subject: Subject): void {
  for (const [claim, value] of Object.entries(subject)) {
    if (claim === 'create') continue;
    if (!(claim in known)) throw new Error(`${name} claims '${claim}', but claims are ${Object.keys(known).join(', ')}.`);
    const [expected, is] = known[claim as keyof Claims];
    if (value !== undefined && !is(value)) throw new Error(`${name} claims ${claim}: expected ${expected}, but ${JSON.stringify(value)} came.`);
  }
}
