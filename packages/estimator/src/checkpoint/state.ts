import { dispose, tensor, tidy } from '@tensorflow/tfjs-core';
import type { DataType, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayerVariable, TrainableVariable } from '@tfjs-heads/head-api';
import { headError, quote, shapeText } from '@tfjs-heads/head-kit';
import type { VariableStore } from '../variable-store.js';
import { decodeSafetensors, encodeSafetensors, type SafetensorsDtype, type SavedTensor } from './safetensors.js';

/** The name of the number of steps in a checkpoint, as in the original. */
export const GLOBAL_STEP = 'global_step';
/** What the names of the states of optimizers begin with. */
const OPTIMIZER = 'optimizer/';
/** Of a checkpoint's metadata. */
const FORMAT = 'tfjs-heads.checkpoint/1';

const dtypes: Readonly<Record<string, SafetensorsDtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };
const dtypeOf: Readonly<Record<SafetensorsDtype, DataType>> = {
  F32: 'float32',
  I32: 'int32',
  I64: 'int32',
  BOOL: 'bool',
};

/** A checkpoint that has been read and held to its checksum. */
export interface Checkpoint {
  readonly where: string;
  readonly globalStep: number;
  /** By name, without the number of steps. */
  readonly tensors: ReadonlyMap<string, SavedTensor>;
}

/** All that a store holds, and the number of steps, as the bytes of a checkpoint. Values are read asynchronously. */
export async function saveState(store: VariableStore, globalStep: number): Promise<Uint8Array<ArrayBuffer>> {
  const named = store.all().map(({ name, of }) => ({ name, tensor: valueOf(of) }));
  const states = await Promise.all(
    store.optimizers().map(async ({ key, optimizer }) => ({ key, weights: await optimizer.getWeights() })),
  );
  const toStore = nameOfVariables(store);
  for (const { key, weights } of states)
    named.push(
      ...weights.map(({ name, tensor: state }) => ({ name: `${OPTIMIZER}${key}/${toStore(name)}`, tensor: state })),
    );
  try {
    // Copies, taken before a step can change what lies behind them.
    const hosts = await Promise.all(
      named.map(async ({ tensor: value }) => (await value.data()).slice() as SavedTensor['data']),
    );
    const tensors = new Map<string, SavedTensor>([
      [GLOBAL_STEP, { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(globalStep)) }],
      ...named.map(({ name, tensor: { dtype, shape } }, i): [string, SavedTensor] => [
        name,
        { dtype: dtypes[dtype] as SafetensorsDtype, shape, data: hosts[i] as SavedTensor['data'] },
      ]),
    ]);
    return await withChecksum(tensors);
  } finally {
    // Optimizers of tfjs give the variables themselves, ours copies.
    dispose(
      states.flatMap(({ weights }) => weights.map(({ tensor: state }) => state)).filter((state) => !isVariable(state)),
    );
  }
}

/**
 * Reads the bytes of a checkpoint.
 *
 * @param where Of which file, for the messages.
 * @throws CHECKPOINT_INVALID
 */
export async function readState(bytes: Uint8Array, where: string): Promise<Checkpoint> {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  const fail = (what: string): Error => headError('CHECKPOINT_INVALID', `${where}: ${what}.`);
  if (metadata['format'] !== FORMAT)
    throw fail(`a checkpoint must be of the format ${FORMAT}, got ${quote(metadata['format'] ?? 'none')}`);
  const { sha256 } = metadata;
  if (sha256 !== undefined && (await digestOf(tensors)) !== sha256)
    throw fail('its numbers must have the checksum that was saved with them; they were changed since');
  const step = tensors.get(GLOBAL_STEP);
  const globalStep = step?.dtype === 'I64' && step.data.length === 1 ? Number(step.data[0]) : Number.NaN;
  if (!Number.isSafeInteger(globalStep) || globalStep < 0)
    throw fail(`it must have a number of steps, ${GLOBAL_STEP}, at least 0`);
  return { where, globalStep, tensors: new Map([...tensors].filter(([name]) => name !== GLOBAL_STEP)) };
}

/**
 * Gives the variables and optimizers of a store what a checkpoint has.
 *
 * @throws CHECKPOINT_INVALID where the checkpoint is not of these variables; then nothing has changed
 */
export async function restoreState(store: VariableStore, { where, tensors }: Checkpoint): Promise<void> {
  const all = store.all();
  const found = all.map(({ name, of }) => savedOf(name, of, tensors, where));
  const fromStore = variablesByName(store);
  for (const { key, optimizer } of store.optimizers()) {
    const prefix = `${OPTIMIZER}${key}/`;
    const states = [...tensors].filter(([name]) => name.startsWith(prefix));
    if (states.length === 0) continue; // Of a checkpoint before the first step, or of another optimizer.
    const weights = states.map(([name, saved]) => ({
      name: fromStore(name.slice(prefix.length)),
      tensor: tensorOf(saved),
    }));
    try {
      await optimizer.setWeights(weights);
    } finally {
      dispose(weights.map(({ tensor: state }) => state));
    }
  }
  all.forEach(({ of }, i) => assign(of, found[i] as SavedTensor));
}

/**
 * Gives the variables of a store what a checkpoint has; optimizers keep their states.
 *
 * @throws CHECKPOINT_INVALID where the checkpoint is not of these variables; then nothing has changed
 */
export function restoreWeights(store: VariableStore, { where, tensors }: Checkpoint): void {
  const all = store.all();
  const found = all.map(({ name, of }) => savedOf(name, of, tensors, where));
  all.forEach(({ of }, i) => assign(of, found[i] as SavedTensor));
}

/** What a checkpoint has for a variable. */
function savedOf(
  name: string,
  of: TrainableVariable,
  tensors: ReadonlyMap<string, SavedTensor>,
  where: string,
): SavedTensor {
  const saved = tensors.get(name);
  const { shape, dtype } = valueOf(of);
  const wanted = `${quote(name)} of shape ${shapeText(shape)}`;
  if (saved === undefined) {
    const known = [...tensors.keys()].slice(0, 10).map(quote).join(', ');
    throw headError('CHECKPOINT_INVALID', `${where} must have the variable ${wanted}, got only ${known || 'none'}.`);
  }
  if (dtypeOf[saved.dtype] !== dtype || shapeText(saved.shape) !== shapeText(shape)) {
    throw headError(
      'CHECKPOINT_INVALID',
      `${where} must have the ${dtype} variable ${wanted}, got ${dtypeOf[saved.dtype]} of shape ${shapeText(saved.shape)}.`,
    );
  }
  return saved;
}

/** Gives a variable other values. */
export function assign(of: TrainableVariable, saved: SavedTensor): void {
  tidy(() => {
    const value = tensorOf(saved);
    if (isVariable(of)) of.assign(value);
    else (of as LayerVariable & { write(value: Tensor): void }).write(value);
  });
}

/** The tensor of what was saved, which the caller owns. */
export function tensorOf({ dtype, shape, data }: SavedTensor): Tensor {
  const values = data instanceof BigInt64Array ? Int32Array.from(data, Number) : data;
  return tensor(values, [...shape], dtypeOf[dtype]);
}

/** The values of a variable, which stay its own. */
export function valueOf(of: TrainableVariable): Tensor {
  return isVariable(of) ? of : (of as LayerVariable).read();
}

function isVariable(of: TrainableVariable | Tensor): of is Variable {
  return 'assign' in of;
}

/** From `dense/kernel_1/m`, as an optimizer calls its states, to `dense/kernel/m`, as the store does. */
function nameOfVariables(store: VariableStore): (name: string) => string {
  return renaming(store.all().map(({ name, of }) => [of.name, name]));
}

function variablesByName(store: VariableStore): (name: string) => string {
  return renaming(store.all().map(({ name, of }) => [name, of.name]));
}

/** Replaces what a name begins with, the longest that is known. */
function renaming(pairs: readonly (readonly [from: string, to: string])[]): (name: string) => string {
  const byName = new Map(pairs);
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1)) {
      const to = byName.get(name.slice(0, end));
      if (to !== undefined) return to + name.slice(end);
    }
    return name;
  };
}

async function withChecksum(tensors: ReadonlyMap<string, SavedTensor>): Promise<Uint8Array<ArrayBuffer>> {
  const sha256 = await digestOf(tensors);
  return encodeSafetensors({ tensors, metadata: { format: FORMAT, ...(sha256 !== undefined && { sha256 }) } });
}

/** Of names, shapes and numbers; undefined where a page is not secure, and so has no hashes. */
async function digestOf(tensors: ReadonlyMap<string, SavedTensor>): Promise<string | undefined> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  const hash = await subtle?.digest('SHA-256', encodeSafetensors({ tensors, metadata: {} }));
  return hash && Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
