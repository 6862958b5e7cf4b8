import { isFailure, reasonWithPlace } from '../../result.js';
import { printable, printableLine } from '../../printable.js';
import type { SessionMessage } from '../../session.js';

/** A failure with its message, indented; undefined for any other message. */
export function failureText(target: string, message: SessionMessage): string | undefined {
  if (message.type !== 'result' || !isFailure(message.result)) return undefined;
  const { query } = message.result;
  return `FAILED ${printableLine(`${target} ${query}`)}\n${indent(printable(reasonWithPlace(message.result)))}`;
}

/** Output of a target, each line with its name. */
export function outputText(target: string, text: string): string {
  return printable(text.trimEnd()).replaceAll(/^/gm, `${target} | `);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
