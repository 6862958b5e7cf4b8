// A process that trains, epoch by epoch, from the last checkpoint on: training-process.js FOLDER BACKEND EPOCHS. It tells its parent of each step.
import { startBackend } from '@tfjs-heads/backends';
import type { SessionRunContext } from '@tfjs-heads/head-api';
import { makeEstimator, STEPS_PER_EPOCH, testDays, trainingDays } from './days.js';

/** What the parent is told: the loss of a step and how long it took, or that of the test part after an epoch. */
export type Message =
  | { readonly step: number; readonly loss: number; readonly milliseconds: number }
  | { readonly epoch: number; readonly testLoss: number };

const [folder = '', backend = '', epochs = ''] = process.argv.slice(2);
const tell = (message: Message): void => void process.send?.(message);

await startBackend({ allow: [backend], selfTest: false }); // The parent has tested it.
const estimator = makeEstimator(folder);
const checkpoint = await estimator.latestCheckpoint();
const stepsDone = Number(/ckpt-(\d+)/.exec(checkpoint ?? '')?.[1] ?? 0);
let start = 0;
const hook = {
  beforeRun: () => {
    start = performance.now();
  },
  afterRun: async ({ globalStep, loss }: SessionRunContext) =>
    tell({ step: globalStep, loss: (await loss?.()) ?? NaN, milliseconds: performance.now() - start }),
};
for (let epoch = Math.floor(stepsDone / STEPS_PER_EPOCH) + 1; epoch <= Number(epochs); epoch++) {
  await estimator.train(trainingDays, { hooks: [hook] });
  tell({ epoch, testLoss: (await estimator.evaluate(testDays))['average_loss'] as number });
}
process.disconnect?.();
