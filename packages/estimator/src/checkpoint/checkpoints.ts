import type { Tensor } from '@tensorflow/tfjs-core';
import { describeValue, headError, quote } from '@tfjs-heads/head-kit';
import { type Checkpoint, GLOBAL_STEP, readState, tensorOf } from './state.js';
import type { CheckpointStorage } from './storage.js';

/** The checkpoints of an estimator, to be looked into. */
export class Checkpoints {
  readonly storage: CheckpointStorage;

  constructor(storage: CheckpointStorage) {
    this.storage = storage;
  }

  /** The step of the latest; undefined where there is none. */
  async latestStep(): Promise<number | undefined> {
    return (await this.storage.list()).at(-1);
  }

  async latestPath(): Promise<string | undefined> {
    const step = await this.latestStep();
    return step === undefined ? undefined : this.storage.pathOf(step);
  }

  /** Throws CHECKPOINT_MISSING, CHECKPOINT_INVALID. */
  async read(step: number): Promise<Checkpoint> {
    return readState(await this.storage.read(step), this.storage.pathOf(step));
  }

  /**
   * The checkpoint of a path, or the latest.
   *
   * @param of Who asks for it, for the message.
   * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async at(path: string | undefined, of: string): Promise<Checkpoint> {
    const step = path === undefined ? await this.latestStep() : this.storage.stepOf(path);
    if (step !== undefined) return this.read(step);
    const what = path === undefined ? 'there is no checkpoint' : `there is no checkpoint ${quote(path)}`;
    throw headError('CHECKPOINT_MISSING', `${of}: ${what} in ${this.storage.name}.`);
  }

  /** The names of all that the latest one has. Throws as {@link at}. */
  async names(of: string): Promise<readonly string[]> {
    const { tensors } = await this.at(undefined, of);
    return [GLOBAL_STEP, ...tensors.keys()];
  }

  /** What the latest one has under a name, for the caller to dispose of. Throws as {@link at}, and INVALID_ARGUMENT for another name. */
  async value(name: string, of: string): Promise<Tensor> {
    const { tensors, globalStep } = await this.at(undefined, of);
    if (name === GLOBAL_STEP) return tensorOf({ dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(globalStep)) });
    const saved = tensors.get(name);
    if (saved !== undefined) return tensorOf(saved);
    const known = [...tensors.keys()].map(quote).join(', ');
    throw headError('INVALID_ARGUMENT', `${of}: the name must be one of ${known}, got ${describeValue(name)}.`);
  }
}
