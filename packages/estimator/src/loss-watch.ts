import type { Scalar } from '@tensorflow/tfjs-core';
import { headError } from '@tfjs-heads/head-kit';

/** So many losses may be on their way from a device: a GPU goes on computing while they are read. */
const MAX_PENDING = 16;

/** Reads the loss of each step without waiting for it, and finds the first that is NaN. */
export class LossWatch {
  readonly #pending: Promise<void>[] = [];
  #error: unknown;
  #hasFailed = false;

  /** Takes a loss, reads it and disposes of it. Gives the promise of its value. */
  add(step: number, loss: Scalar): Promise<number> {
    // It rejects with what a device has found, such as a label out of range.
    // Disposed of after the read: webgpu as tfjs ships it cannot read what is gone meanwhile.
    const reading = loss.data().finally(() => loss.dispose());
    const value = reading.then(([read]) => {
      if (!Number.isNaN(read)) return read as number;
      throw headError(
        'LOSS_NAN',
        `The loss of step ${step} is NaN. Training has stopped; the last checkpoint is as it was.`,
      );
    });
    this.#pending.push(
      value.then(
        () => undefined,
        (error: unknown) => {
          if (!this.#hasFailed) this.#error = error;
          this.#hasFailed = true;
        },
      ),
    );
    return value;
  }

  /** Waits until few losses are on their way. Throws LOSS_NAN, and what reading a loss throws. */
  async keepUp(): Promise<void> {
    while (this.#pending.length > MAX_PENDING) await this.#pending.shift();
    this.#check();
  }

  /** Waits for all losses. Throws as {@link keepUp}. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
    this.#check();
  }

  #check(): void {
    if (this.#hasFailed) throw this.#error;
  }
}
