import { describeValue, headError } from '@tfjs-heads/head-kit';
import { type Flat, flatten } from '../structure.js';
import type { Step } from '../trace-step.js';
import type { Predict } from './record-prediction.js';

/** What is exported, whatever the format. */
export interface PredictionOptions<F extends Step = Step> {
  /**
   * The prediction: any function of tensors, or of maps of them, a traced one too. It returns a tensor, a map of tensors, export outputs, or the spec that
   * a head made in the mode `infer`, which it need not dispose of.
   */
  readonly predict: F;
  /** Its arguments, such as `[{ x }]`: for their shapes, dtypes and names. Rows should be ones that the prediction can take. They stay the caller's. */
  readonly example: Readonly<Parameters<F>>;
}

/** What a format writes to files takes besides. */
export interface OverwriteOption {
  /** Whether what is there already is replaced. Default: no. */
  readonly overwrite?: boolean | undefined;
}

/** What a format takes besides that has one signature. */
export interface SignatureOption {
  /** Which of a head's export outputs. Default: `predict`, with all predictions, or else `serving_default`. */
  readonly signature?: string | undefined;
}

export interface CheckedPrediction {
  readonly predict: Predict;
  readonly example: Flat;
}

/** @throws INVALID_ARGUMENT */
export function invalidOption(of: string, what: string): Error {
  return headError('INVALID_ARGUMENT', `${of}: ${what}.`);
}

/**
 * The options of an export by name, of which `predict` and `example` are checked.
 *
 * @param of What takes them, for errors.
 * @param names What else they may have.
 * @throws INVALID_ARGUMENT, TENSOR_DISPOSED
 */
export function checkPrediction(of: string, options: unknown, names: readonly string[]): CheckedPrediction {
  const given = (options ?? {}) as Readonly<Record<string, unknown>>;
  const all = ['predict', 'example', ...names];
  const unknown = Object.keys(given).find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw invalidOption(
      of,
      `options must be ${all.slice(0, -1).join(', ')} or ${all.at(-1)}, got ${unknown.slice(0, 80)}`,
    );
  const { predict, example } = given;
  if (typeof predict !== 'function') throw invalidOption(of, `predict must be a function, got ${typeof predict}`);
  if (!Array.isArray(example))
    throw invalidOption(of, `example must be the list of arguments of predict, got ${typeof example}`);
  const flat = flatten(example);
  if (flat.problem !== undefined) throw invalidOption(of, `of example ${flat.problem}`);
  const strange = flat.tensors.findIndex(({ dtype }) => dtype === 'string' || dtype === 'complex64');
  if (strange >= 0)
    throw invalidOption(
      of,
      `example must have tensors of numbers or bools, got ${flat.tensors[strange]?.dtype} at ${flat.paths[strange]}`,
    );
  const gone = flat.tensors.findIndex(({ isDisposed }) => isDisposed);
  if (gone >= 0)
    throw headError(
      'TENSOR_DISPOSED',
      `${of}: example must have live tensors, got a disposed one at ${flat.paths[gone]}.`,
    );
  return { predict: predict as unknown as Predict, example: flat };
}

/** @throws INVALID_ARGUMENT */
export function checkOverwrite(of: string, overwrite: unknown): boolean {
  if (overwrite !== undefined && typeof overwrite !== 'boolean')
    throw invalidOption(of, `overwrite must be a boolean, got ${describeValue(overwrite)}`);
  return overwrite === true;
}

/** @throws INVALID_ARGUMENT */
export function checkSignature(of: string, signature: unknown): string | undefined {
  if (signature !== undefined && typeof signature !== 'string')
    throw invalidOption(of, `signature must be a string, got ${describeValue(signature)}`);
  return signature;
}

/** @throws INVALID_ARGUMENT */
export function checkPath(of: string, name: string, path: unknown): string {
  if (typeof path !== 'string' || path === '')
    throw invalidOption(of, `${name} must be a path, got ${JSON.stringify(path)}`);
  return path;
}
