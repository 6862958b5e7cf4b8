import { checkOptions, describeValue, headError, isMap, quote, shapeText } from '@tfjs-heads/head-kit';
import { readModelFile } from '#model-dir';
import { decodeSafetensors } from './checkpoint/safetensors.js';
import { assign, valueOf } from './checkpoint/state.js';
import type { VariableStore } from './variable-store.js';

/** What to begin with, and which of it. */
export interface WarmStartSettings {
  /** A checkpoint, any safetensors file, or a model directory, of which it is the latest checkpoint. */
  readonly checkpointToInitializeFrom: string;
  /** A regular expression: trainable variables in whose name it is found. Default: `.*`, all. */
  readonly varsToWarmStart?: string | undefined;
  /** From the name of a variable to the name that the checkpoint has it under. */
  readonly varNameToPrevVarName?: Readonly<Record<string, string>> | undefined;
}

const OPTIONS = ['checkpointToInitializeFrom', 'varsToWarmStart', 'varNameToPrevVarName'] as const;

/** @throws INVALID_ARGUMENT */
export function checkWarmStart(given: string | WarmStartSettings | undefined): WarmStartSettings | undefined {
  if (given === undefined) return undefined;
  const settings = checkOptions(
    'warmStartFrom',
    typeof given === 'string' ? { checkpointToInitializeFrom: given } : given,
    OPTIONS,
  );
  const { checkpointToInitializeFrom: path, varsToWarmStart = '.*', varNameToPrevVarName: names = {} } = settings;
  if (typeof path !== 'string' || path === '') throw invalid('checkpointToInitializeFrom', 'a path', path);
  if (typeof varsToWarmStart !== 'string' || !isPattern(varsToWarmStart))
    throw invalid('varsToWarmStart', 'a regular expression as a string', varsToWarmStart);
  if (!isMap(names) || !Object.values(names).every((name) => typeof name === 'string'))
    throw invalid('varNameToPrevVarName', 'a map from names to names', names);
  return { checkpointToInitializeFrom: path, varsToWarmStart, varNameToPrevVarName: names };
}

/**
 * Gives trainable variables what another checkpoint has.
 *
 * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID where it lacks one of the variables, or has one in another shape; INVALID_ARGUMENT where
 *   none is meant; then nothing has changed
 */
export async function warmStart(
  store: VariableStore,
  { checkpointToInitializeFrom: path, varsToWarmStart = '.*', varNameToPrevVarName = {} }: WarmStartSettings,
): Promise<void> {
  const { bytes, where } = await readModelFile(path);
  const { tensors } = decodeSafetensors(bytes, where);
  const pattern = new RegExp(varsToWarmStart);
  const trainable = store.all().filter(({ of }) => of.trainable);
  const meant = trainable.filter(({ name }) => pattern.test(name));
  if (meant.length === 0) {
    const names = trainable.map(({ name }) => quote(name)).join(', ');
    throw invalid('varsToWarmStart', `found in one of the names ${names}`, varsToWarmStart);
  }
  const found = meant.map(({ name, of }) => {
    const saved = tensors.get(varNameToPrevVarName[name] ?? name);
    const { shape } = valueOf(of);
    if (saved?.dtype === 'F32' && shapeText(saved.shape) === shapeText(shape)) return saved;
    const got = saved === undefined ? 'none' : `${saved.dtype} of shape ${shapeText(saved.shape)}`;
    throw headError(
      'CHECKPOINT_INVALID',
      `${where} must have ${quote(varNameToPrevVarName[name] ?? name)}, float32 of shape ${shapeText(shape)}, to warm-start ${quote(name)} from, got ${got}.`,
    );
  });
  found.forEach((saved, i) => assign((meant[i] as (typeof meant)[number]).of, saved));
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function invalid(name: string, expected: string, got: unknown): Error {
  return headError('INVALID_ARGUMENT', `warmStartFrom: ${name} must be ${expected}, got ${describeValue(got)}.`);
}
