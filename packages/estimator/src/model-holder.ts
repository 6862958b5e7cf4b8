import type { HeadError } from '@tfjs-heads/head-api';
import type { Checkpoints } from './checkpoint/checkpoints.js';
import { restoreState } from './checkpoint/state.js';
import type { Model } from './model.js';
import { warmStart, type WarmStartSettings } from './warm-start.js';

/** A model for as long as it is needed. */
export interface Lease<P> {
  readonly model: Model<P>;
  readonly globalStep: number;
  readonly release: () => void;
}

/** The model of an estimator, and which step its variables are of: of a training run, of a checkpoint, or of none. */
export class ModelHolder<P> {
  readonly #newModel: () => Model<P>;
  readonly #checkpoints: Checkpoints;
  readonly #warmStart: WarmStartSettings | undefined;
  #model: Model<P>;
  /** The step to which this process has trained the model; undefined where it has not, or has failed since. */
  #trainedTo: number | undefined;
  /** Whether a training run is under way, whose variables evaluations must leave alone. */
  #isTraining = false;

  constructor(newModel: () => Model<P>, checkpoints: Checkpoints, warmStartFrom: WarmStartSettings | undefined) {
    this.#newModel = newModel;
    this.#checkpoints = checkpoints;
    this.#warmStart = warmStartFrom;
    this.#model = newModel();
  }

  get model(): Model<P> {
    return this.#model;
  }

  get isTraining(): boolean {
    return this.#isTraining;
  }

  /** Has a training run go on alone. What it fails with is thrown, after the next run has been made sure to begin with the last checkpoint. */
  async whileTraining(run: () => Promise<void>): Promise<void> {
    this.#isTraining = true;
    try {
      await run();
    } catch (error) {
      await this.#giveUp(error);
      throw error;
    } finally {
      this.#isTraining = false;
    }
  }

  /** Gives the model what it trains on with: the latest checkpoint, or what it is warm-started from. Gives the step that is. */
  async begin(latest: number | undefined): Promise<number> {
    // Without checkpoints, or where saving one has failed, a model goes on with what it has.
    if (latest !== undefined && latest !== this.#trainedTo) {
      await restoreState(this.#model.store, await this.#checkpoints.read(latest));
      this.#trainedTo = latest;
    } else if (this.#trainedTo === undefined && this.#warmStart !== undefined)
      await warmStart(this.#model.store, this.#warmStart);
    this.#trainedTo ??= 0;
    return this.#trainedTo;
  }

  /** After a step of training. */
  advance(globalStep: number): void {
    this.#trainedTo = globalStep;
  }

  /** Whether a step has been taken, by this process or before a checkpoint. */
  hasTaken(step: number, latest: number | undefined): boolean {
    return Math.max(latest ?? 0, this.#trainedTo ?? 0) >= step;
  }

  /**
   * A model with the variables of a checkpoint, or as they start where there is none: this one's, unless it has others that are still needed.
   *
   * @param build Makes its variables.
   * @throws CHECKPOINT_MISSING, CHECKPOINT_INVALID
   */
  async at(path: string | undefined, build: (model: Model<P>) => Promise<void>): Promise<Lease<P>> {
    const isOwn = path === undefined && (this.#isTraining || this.#trainedTo !== undefined);
    const latest = path === undefined ? await this.#checkpoints.latestStep() : undefined;
    // What this process has trained is newer than any checkpoint, or is the latest, unless another process has gone on.
    const isBehind = !this.#isTraining && latest !== undefined && latest > (this.#trainedTo ?? -1);
    if (isOwn && !isBehind) {
      await build(this.#model);
      return { model: this.#model, globalStep: this.#trainedTo ?? 0, release: () => undefined };
    }
    const checkpoint =
      path === undefined && latest === undefined ? undefined : await this.#checkpoints.at(path, 'checkpointPath');
    const isFree = !this.#isTraining && this.#trainedTo === undefined;
    const model = isFree ? this.#model : this.#newModel();
    const release = isFree ? () => undefined : () => model.dispose();
    try {
      await build(model);
      if (checkpoint !== undefined) await restoreState(model.store, checkpoint);
    } catch (error) {
      release();
      throw error;
    }
    return { model, globalStep: checkpoint?.globalStep ?? 0, release };
  }

  dispose(): void {
    this.#model.dispose();
    this.#trainedTo = undefined;
  }

  /** After a run that failed: the next one begins with the last checkpoint. Where there is none, what was learnt is kept unless it is spoilt. */
  async #giveUp(failure: unknown): Promise<void> {
    const hasCheckpoint = (await this.#checkpoints.latestStep().catch(() => undefined)) !== undefined;
    if (!hasCheckpoint && (failure as Partial<HeadError> | undefined)?.code !== 'LOSS_NAN') return;
    this.dispose();
    this.#model = this.#newModel();
  }
}
