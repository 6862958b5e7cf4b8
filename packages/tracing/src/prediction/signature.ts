import type { DataType } from '@tensorflow/tfjs-core';
import { headError, quote } from '@tfjs-heads/head-kit';
import type { GraphUse } from '../lowering/batch-of-any-size.js';
import { withUnknown } from '../lowering/sizes.js';
import type { ExportedProgram } from './exported-program.js';
import { DEFAULT_SIGNATURE, type NamedOutput } from './outputs.js';

/** What a signature takes or gives under a name; a size of -1 is that of the batch. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** What a signature takes and gives. */
export interface SignatureSpec {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly outputs: Readonly<Record<string, TensorSpec>>;
}

/** The one signature that a format without several is given: that with all predictions of a head, or else the default. */
export function chooseSignature(outputs: readonly NamedOutput[], wanted: string | undefined): string {
  const names = [...new Set(outputs.map(({ signature }) => signature))];
  const chosen =
    wanted ??
    (names.includes('predict') ? 'predict' : names.includes(DEFAULT_SIGNATURE) ? DEFAULT_SIGNATURE : names[0]);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw headError(
    'EXPORT_UNSUPPORTED',
    `signature must be one that predict gives (${names.map(quote).join(', ')}), got ${quote(chosen ?? '')}.`,
  );
}

/** A program with the results of one signature, and what is needed for them. */
export function onlySignature(exported: ExportedProgram, signature: string): ExportedProgram {
  const kept = exported.outputs.map((output) => output.signature === signature);
  const results = exported.program.results.filter((_, index) => kept[index]);
  const needed = new Set(results.map(({ value }) => value));
  const nodes = exported.program.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some(({ value }) => needed.has(value))) return false;
    for (const use of Object.values(inputs).flat()) needed.add((use as { value: number }).value);
    return true;
  });
  const { program } = exported;
  return {
    ...exported,
    program: {
      ...program,
      nodes: nodes.toReversed(),
      results,
      constants: program.constants.filter(({ value }) => needed.has(value)),
      variables: program.variables.map((variable) => ({
        ...variable,
        before: variable.before !== undefined && needed.has(variable.before) ? variable.before : undefined,
      })),
    },
    outputs: exported.outputs.filter((_, index) => kept[index]),
  };
}

/**
 * What arguments are called: by their keys, with slashes between those of a map and of a map in it. The number of the argument goes first where there are
 * several, and a tensor that stands alone is `input`, as in the original.
 */
export function inputNames(paths: readonly string[]): string[] {
  const isOneArgument = paths.every((path) => path === '0' || path.startsWith('0.'));
  const names = paths.map((path) => {
    const keys = path.split('.');
    const named = isOneArgument ? keys.slice(1) : keys;
    return named.length === 0 ? 'input' : isOneArgument ? named.join('/') : ['input', ...named].join('_');
  });
  checkNames('inputs', names);
  return names;
}

/** @throws EXPORT_UNSUPPORTED: keys with slashes or dots in them can give two tensors one name */
export function checkNames(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw headError(
      'EXPORT_UNSUPPORTED',
      `The ${what} of a signature must have names of their own, got ${quote(twice)} twice.`,
    );
}

/** Names and specs of what the program gives. */
export function outputSpecs({ program, outputs }: ExportedProgram): Record<string, TensorSpec> {
  return Object.fromEntries(
    outputs.map(({ name, table }, index) => {
      const result = program.results[index] as GraphUse;
      return [name, { shape: withUnknown(result.shape), dtype: table === undefined ? result.dtype : 'string' }];
    }),
  );
}

/** Names and specs of what the program takes. */
export function inputSpecs({ program }: ExportedProgram): Record<string, TensorSpec> {
  const names = inputNames(program.arguments.map(({ path }) => path));
  return Object.fromEntries(
    program.arguments.map(({ shape, dtype }, index) => [names[index] as string, { shape: withUnknown(shape), dtype }]),
  );
}
