import { checkOptions, describeValue, headError, isMap, listOf, quote, shapeText } from '@tfjs-heads/head-kit';
import { openModelFile } from '#model-dir';
import type { SavedTensor } from './checkpoint/safetensors.js';
import { assign, valueOf } from './checkpoint/state.js';
import type { VariableStore } from './variable-store.js';

/** What to begin with, and which of it. */
export interface WarmStartSettings {
  /**
   * A checkpoint, any safetensors file, or a model directory, of which it is the latest checkpoint. Under Node also a checkpoint of TensorFlow
   * (`runs/1/model.ckpt-1000`, of an Estimator or of `tf.train.Checkpoint`), a folder of such, or a SavedModel.
   */
  readonly ckptToInitializeFrom: string;
  /** Regular expressions: trainable variables in whose name one is found. Default: `.*`, all. */
  readonly varsToWarmStart?: string | readonly string[] | undefined;
  /** From the name of a variable to the name that the checkpoint has it under. */
  readonly varNameToPrevVarName?: Readonly<Record<string, string>> | undefined;
}

const OPTIONS = ['ckptToInitializeFrom', 'varsToWarmStart', 'varNameToPrevVarName'] as const;

/** @throws INVALID_ARGUMENT */
export function checkWarmStart(given: string | WarmStartSettings | undefined): WarmStartSettings | undefined {
  if (given === undefined) return undefined;
  const settings = checkOptions(
    'warmStartFrom',
    typeof given === 'string' ? { ckptToInitializeFrom: given } : given,
    OPTIONS,
  );
  const { ckptToInitializeFrom: path, varsToWarmStart = '.*', varNameToPrevVarName: names = {} } = settings;
  if (typeof path !== 'string' || path === '') throw invalid('ckptToInitializeFrom', 'a path', path);
  if (!patternsOf(varsToWarmStart).every((pattern) => typeof pattern === 'string' && isPattern(pattern)))
    throw invalid('varsToWarmStart', 'a regular expression as a string, or a list of such', varsToWarmStart);
  if (!isMap(names) || !Object.values(names).every((name) => typeof name === 'string'))
    throw invalid('varNameToPrevVarName', 'a map from names to names', names);
  return { ckptToInitializeFrom: path, varsToWarmStart, varNameToPrevVarName: names };
}

/**
 * Gives trainable variables what another checkpoint has.
 *
 * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID where it lacks one of the variables, or has one in another shape; INVALID_ARGUMENT where
 *   none is meant; then nothing has changed
 */
export async function warmStart(
  store: VariableStore,
  { ckptToInitializeFrom: path, varsToWarmStart = '.*', varNameToPrevVarName = {} }: WarmStartSettings,
): Promise<void> {
  const patterns = patternsOf(varsToWarmStart).map((text) => new RegExp(text));
  const trainable = store.all().filter(({ of }) => of.trainable);
  const meant = trainable.filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
  if (meant.length === 0) {
    const names = trainable.map(({ name }) => quote(name)).join(', ');
    throw invalid('varsToWarmStart', `found in one of the names ${names}`, varsToWarmStart);
  }
  const source = await openModelFile(path);
  try {
    const wanted = meant.map(({ name, of }) => {
      const savedName = varNameToPrevVarName[name] ?? name;
      const [{ shape }, info] = [valueOf(of), source.info(savedName)];
      if (info?.dtype === 'F32' && shapeText(info.shape) === shapeText(shape)) return savedName;
      const got = info === undefined ? 'none' : `${info.dtype} of shape ${shapeText(info.shape)}`;
      throw headError(
        'CHECKPOINT_INVALID',
        `${source.where} must have ${quote(savedName)}, float32 of shape ${shapeText(shape)}, to warm-start ${quote(name)} from, got ${got}.`,
      );
    });
    const found: SavedTensor[] = [];
    for (const name of wanted) found.push(await source.read(name));
    found.forEach((saved, i) => assign((meant[i] as (typeof meant)[number]).of, saved));
  } finally {
    await source.close();
  }
}

/** One or several. */
function patternsOf(given: string | readonly string[]): readonly string[] {
  return (listOf(given) as readonly string[] | undefined) ?? [given as string];
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
