import type { RunConfig } from '../run-config.js';
import type { CheckpointStorage } from './storage.js';

const HOUR = 3_600_000;

/** Saves checkpoints as often as a config says, and lets go of old ones as the original does. */
export class Saver {
  readonly #storage: CheckpointStorage;
  readonly #config: RunConfig;
  #savedAt = -Infinity;
  #savedStep = -1;
  /** When the next one that is kept for good is due. */
  #nextForGood: number;
  readonly #forGood = new Set<number>();

  constructor(storage: CheckpointStorage, config: RunConfig) {
    this.#storage = storage;
    this.#config = config;
    this.#nextForGood = Date.now() + config.keepCheckpointEveryNHours * HOUR;
  }

  /** Whether checkpoints are saved at all. */
  get #isOn(): boolean {
    return this.#config.saveCheckpointsSecs !== null || this.#config.saveCheckpointsSteps !== null;
  }

  /** Whether one is due at a step. */
  isDue(step: number): boolean {
    const { saveCheckpointsSecs: secs, saveCheckpointsSteps: steps } = this.#config;
    if (step === this.#savedStep) return false;
    if (steps !== null) return step - Math.max(this.#savedStep, 0) >= steps;
    return secs !== null && Date.now() - this.#savedAt >= secs * 1000;
  }

  /** Takes the checkpoint of a step as saved, such as the one that was restored. */
  startFrom(step: number): void {
    this.#savedStep = step;
    this.#savedAt = Date.now();
  }

  /**
   * Saves one, unless the last one was of the same step, or none is wanted. Says whether it did.
   *
   * @throws CHECKPOINT_UNWRITABLE; then the others are as they were
   */
  async save(step: number, bytes: () => Promise<Uint8Array>): Promise<boolean> {
    if (!this.#isOn || step === this.#savedStep) return false;
    await this.#storage.write(step, await bytes());
    this.startFrom(step);
    await this.#removeOld();
    return true;
  }

  async #removeOld(): Promise<void> {
    const { keepCheckpointMax: max } = this.#config;
    if (max === null) return;
    const steps = (await this.#storage.list()).filter((step) => !this.#forGood.has(step));
    for (const step of steps.slice(0, Math.max(0, steps.length - max))) {
      if (Date.now() >= this.#nextForGood) {
        this.#forGood.add(step);
        this.#nextForGood += this.#config.keepCheckpointEveryNHours * HOUR;
      } else await this.#storage.remove(step);
    }
  }
}
