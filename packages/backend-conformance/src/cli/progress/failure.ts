import { isFailure, printable, printableLine, reasonInFull } from '@tfjs-heads/conformance-kit/host';
import { causeOf } from '../../report/causes.js';
import type { HomeMessage } from '../../engine.js';

/** So many failures of one kind are told at once. */
const TOLD = 3;

/** Tells failures as they come, and of many that say the same the first few. */
export class Failures {
  readonly #counts = new Map<string, { count: number; readonly first: string }>();

  /** A failure with its message, indented; undefined for any other message, and where enough of its kind were told. */
  textOf(target: string, message: HomeMessage): string | undefined {
    if (message.type !== 'result' || !isFailure(message.result)) return undefined;
    const name = printableLine(`${target} ${message.result.query}`);
    const kind = this.#counts.get(causeOf(message.result)) ?? { count: 0, first: name };
    this.#counts.set(causeOf(message.result), kind);
    return ++kind.count > TOLD ? undefined : `FAILED ${name}\n${indent(printable(reasonInFull(message.result)))}`;
  }

  /** How many were not told, a line for each kind. */
  untold(): readonly string[] {
    return [...this.#counts.values()].flatMap(({ count, first }) =>
      count > TOLD ? [`FAILED ${count - TOLD} more like ${first}`] : [],
    );
  }
}

/** Output of a target, each line with its name. */
export function outputText(target: string, text: string): string {
  return printable(text.trimEnd()).replaceAll(/^/gm, `${target} | `);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
