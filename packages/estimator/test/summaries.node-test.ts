import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, it } from 'vitest';
import { readEvents } from './events.js';
import { freshDir, lineEstimator, points, quiet } from './models.js';

await tf.setBackend('cpu');

it('line 73: summaries of the first step and every so many are in event files; line 71: those of evaluations too', async () => {
  const modelDir = freshDir();
  const estimator = lineEstimator({ modelDir, config: quiet({ saveSummarySteps: 10 }) });
  await estimator.train(() => points(25));
  await estimator.evaluate(() => points(2));
  await estimator.evaluate(() => points(2), { name: 'held out' });
  const events = eventsOf(modelDir);
  expect(events.map(({ step }) => step)).toEqual([0, 1, 11, 21]);
  expect(events.map(({ tags }) => tags)).toEqual([[], ['loss'], ...Array(2).fill(['loss', 'global_step/sec'])]);
  for (const folder of ['eval', 'eval_held out']) {
    const [, evaluation] = eventsOf(join(modelDir, folder));
    expect(evaluation).toEqual({
      step: 25,
      tags: ['average_loss', 'prediction/mean', 'label/mean', 'loss', 'checkpoint_path'],
    });
  }
  expect(estimator.evalDir()).toBe(`${modelDir}/eval`);
  estimator.dispose();
  rmSync(modelDir, { recursive: true });
});

it('line 73: one summary is called loss, also where the head has a name', async () => {
  const modelDir = freshDir();
  const estimator = lineEstimator({
    modelDir,
    modelFn: ({ features, labels, mode }) =>
      new RegressionHead({ name: 'mine' }).createEstimatorSpec({
        features,
        mode,
        labels: labels as tf.Tensor,
        logits: features['x'] as tf.Tensor,
        trainOpFn: () => undefined,
      }),
  });
  await estimator.train(() => points(1));
  expect(eventsOf(modelDir)[1]?.tags).toEqual(['loss/mine', 'loss']);
  estimator.dispose();
  rmSync(modelDir, { recursive: true });
});

/** The steps and tags of the one event file of a folder. */
function eventsOf(folder: string): { step: number; tags: string[] }[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
  expect(names).toHaveLength(1);
  const events = readEvents(readFileSync(join(folder, String(names[0]))));
  return events.map(({ step, values }) => ({ step, tags: Object.keys(values) }));
}
