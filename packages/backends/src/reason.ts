import type { BackendsErrorCode } from './error.js';

const longest = 200;

/** What was thrown, in one line: anything at all can be thrown, and native errors carry pages of advice. */
export function reasonOf(thrown: unknown): string {
  const lines = textOf(thrown)
    .split(/[\r\n\u2028\u2029]/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim());
  const line = lines.find((text) => text !== '') ?? 'something without a message was thrown';
  return line.length <= longest || isOurs(thrown) ? line : `${line.slice(0, longest - 1)}…`;
}

/** Every address that was tried is wanted. */
function isOurs(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'code' in thrown &&
    thrown.code === ('NO_BINARY' satisfies BackendsErrorCode)
  );
}

function textOf(thrown: unknown): string {
  try {
    if (thrown === null || (typeof thrown !== 'object' && typeof thrown !== 'function')) return String(thrown);
    const { message, name } = thrown as { message?: unknown; name?: unknown };
    if (typeof message === 'string' && message.trim() !== '') return message;
    if (typeof name === 'string' && name !== '') return name;
    return JSON.stringify(thrown) ?? Object.prototype.toString.call(thrown);
  } catch {
    return 'something that cannot be read was thrown';
  }
}

/** A value of the caller's, for a message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return reasonOf(JSON.stringify(value));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
