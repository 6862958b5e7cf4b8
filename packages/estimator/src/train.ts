import { progressBar } from '#progress';
import type { SessionRunContext, SessionRunHook } from '@tfjs-heads/head-api';
import type { Saver } from './checkpoint/saver.js';
import { saveState } from './checkpoint/state.js';
import { Hooks } from './hooks.js';
import type { CheckedBatch } from './input.js';
import { LossWatch } from './loss-watch.js';
import type { Model } from './model.js';
import type { ProgressBar } from './progress/progress-bar.js';
import type { RunConfig } from './run-config.js';
import { StepLog } from './step-log.js';
import type { StepSummaries } from './summaries/step-summaries.js';

/** Is told of checkpoints. */
export interface CheckpointSaverListener {
  /** After a checkpoint was saved. The variables are those of the checkpoint. */
  afterSave?(globalStep: number, context: SessionRunContext): void | Promise<void>;
}

/** What a training run is made of. */
export interface TrainRun<P> {
  readonly model: Model<P>;
  readonly batches: AsyncIterable<CheckedBatch>;
  /** The step to begin after, known when the model has been built and restored: from the first batch. */
  readonly start: (batch: CheckedBatch) => Promise<{ globalStep: number; hooks: readonly SessionRunHook[] }>;
  /** The last step. */
  readonly lastStep: (globalStep: number) => number;
  readonly hooks: readonly SessionRunHook[];
  readonly listeners: readonly CheckpointSaverListener[];
  readonly saver: Saver;
  readonly summaries: StepSummaries;
  readonly config: RunConfig;
  /** Is told of each step taken. */
  readonly advance: (globalStep: number) => void;
}

/**
 * Trains until the input ends, the last step is taken or a hook stops it. Saves a checkpoint before the first step, as often as the config
 * says, and after the last.
 *
 * @throws LOSS_NAN, and what the model, the input and hooks throw
 */
export async function runTraining<P>(run: TrainRun<P>): Promise<void> {
  const { model, saver, config } = run;
  let globalStep = -1;
  let last = Infinity;
  let isStopped = false;
  let loss: (() => Promise<number>) | undefined;
  let hooks = new Hooks(run.hooks);
  const watch = new LossWatch();
  let bar: ProgressBar | undefined;
  const log = new StepLog(config, (line) => {
    if (bar === undefined) config.log(line);
    else bar.above(() => config.log(line));
  });
  const context: SessionRunContext = {
    get globalStep() {
      return Math.max(globalStep, 0);
    },
    get loss() {
      return loss;
    },
    requestStop: () => {
      isStopped = true;
    },
  };
  const save = async (): Promise<void> => {
    await watch.settle(); // No checkpoint of a model that is lost.
    if (!(await saver.save(globalStep, () => saveState(model.store, globalStep)))) return;
    for (const listener of run.listeners) await listener.afterSave?.(globalStep, context);
  };

  try {
    for await (const batch of run.batches) {
      const isDone = await model.prepared(batch, async (prepared) => {
        if (globalStep < 0) {
          const begun = await run.start(prepared);
          ({ globalStep } = begun);
          last = run.lastStep(globalStep);
          hooks = new Hooks([...run.hooks, ...begun.hooks]);
          await save();
          log.start(globalStep);
          run.summaries.start(globalStep);
          await hooks.begin(context);
          bar = await progressBar(config.progress, globalStep, last);
        }
        if (isStopped || globalStep >= last) return true;
        await hooks.beforeRun(context);
        const told = run.summaries.isDue(globalStep + 1) ? await model.summarized(prepared) : undefined;
        const step = await model.trainStep(prepared);
        const value = watch.add(globalStep + 1, step.loss);
        value.catch(() => undefined); // `watch` has it.
        loss = () => value;
        globalStep++;
        await run.summaries.after(globalStep, value, step.summaries, told);
        run.advance(globalStep);
        await watch.keepUp();
        bar?.after(globalStep, rowsOf(batch), value);
        await log.after(globalStep, value, model.reason);
        await hooks.afterRun(context);
        if (saver.isDue(globalStep)) await save();
        return isStopped || globalStep >= last;
      });
      if (isDone) break;
    }
  } finally {
    await bar?.end();
  }
  if (globalStep < 0) return; // The input was empty.
  await save();
  await hooks.end(context);
}

/** How many examples a batch has: the first dimension of any of its features. */
function rowsOf({ features }: CheckedBatch): number {
  const [feature] = Object.values(features);
  if (feature === undefined) return 0;
  return ('denseShape' in feature ? feature.denseShape : feature.shape)[0] ?? 0;
}
