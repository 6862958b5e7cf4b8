import { headError } from '@tfjs-heads/head-kit';
import type { ExportedProgram } from './exported-program.js';

/** What a format has that has no strings: the other outputs. */
export interface WithoutStrings {
  readonly exported: ExportedProgram;
  /** Of each output that was left out, the strings that it is made of, by the id of the class. */
  readonly strings: Readonly<Record<string, readonly string[]>>;
}

/**
 * Leaves out the outputs that are strings, such as class names, beside which a head's predictions have ids.
 *
 * @param format What has no strings, in an error.
 * @throws EXPORT_UNSUPPORTED where nothing would be left
 */
export function withoutStrings(exported: ExportedProgram, format: string): WithoutStrings {
  const { program, outputs } = exported;
  const isKept = outputs.map(({ table }) => table === undefined);
  if (!isKept.includes(true))
    throw headError(
      'EXPORT_UNSUPPORTED',
      `${format} has no strings, got a prediction that gives nothing else: ${outputs.map(({ name }) => name).join(', ')}.`,
    );
  return {
    exported: {
      ...exported,
      program: { ...program, results: program.results.filter((_, index) => isKept[index]) },
      outputs: outputs.filter((_, index) => isKept[index]),
    },
    strings: Object.fromEntries(outputs.flatMap(({ name, table }) => (table === undefined ? [] : [[name, table]]))),
  };
}
