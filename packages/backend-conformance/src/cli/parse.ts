import { InvalidArgumentError } from 'commander';
import { parseJson, parseShard, reasonOf, type Shard } from '@tfjs-heads/conformance-kit/host';

/** Reads a list separated by commas, none twice. */
export function list(text: string): string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))];
}

/** For an option that may be given several times. */
export function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Reads a whole number within bounds. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };
}

export function shard(text: string): Shard {
  return asArgument(() => parseShard(text));
}

/** The address of a Playwright server or of a WebDriver server. */
export function browserAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['ws:', 'wss:', 'http:', 'https:'].includes(url.protocol)) return url;
  throw new InvalidArgumentError('Expected ws://... of a Playwright server, or http://... of a WebDriver server.');
}

export function jsonObject(text: string): Record<string, unknown> {
  const value = asArgument(() => parseJson(text, 'it'));
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.hasOwn(value, '__proto__'))
    return value as Record<string, unknown>;
  throw new InvalidArgumentError(`Expected a JSON object, such as '{"browserName":"firefox"}'.`);
}

function asArgument<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InvalidArgumentError(reasonOf(error));
  }
}
