import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { RegressionHead } from '@tfjs-heads/head-regression';
import { expect, it } from 'vitest';
import { freshDir, lineEstimator, points, quiet } from './models.js';

await tf.setBackend('cpu');

it('line 73: summaries of the first step and every so many are in event files; line 71: those of evaluations too', async () => {
  const modelDir = freshDir();
  const estimator = lineEstimator({ modelDir, config: quiet({ saveSummarySteps: 10 }) });
  await estimator.train(() => points(25));
  await estimator.evaluate(() => points(2));
  await estimator.evaluate(() => points(2), { name: 'held out' });
  const events = readEvents(modelDir);
  expect(events.map(({ step }) => step)).toEqual([0, 1, 11, 21]);
  expect(events.map(({ tags }) => tags)).toEqual([[], ['loss'], ...Array(2).fill(['loss', 'global_step/sec'])]);
  for (const folder of ['eval', 'eval_held out']) {
    const [, evaluation] = readEvents(join(modelDir, folder));
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
  expect(readEvents(modelDir)[1]?.tags).toEqual(['loss/mine', 'loss']);
  estimator.dispose();
  rmSync(modelDir, { recursive: true });
});

/** What an event file in a folder says: a reader of its own, of as much of the format as a test needs. */
function readEvents(folder: string): { step: number; tags: string[] }[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
  expect(names).toHaveLength(1);
  const bytes = readFileSync(join(folder, String(names[0])));
  const events: { step: number; tags: string[] }[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    events.push(eventOf(bytes.subarray(at + 12, at + 12 + length)));
    at += 12 + length + 4;
  }
  return events;
}

function eventOf(bytes: Buffer): { step: number; tags: string[] } {
  const event = { step: 0, tags: [] as string[] };
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 2) event.step = Number(value);
    if (number !== 5) continue;
    for (const summary of fieldsOf(value as Buffer)) {
      const [tag] = fieldsOf(summary.value as Buffer);
      event.tags.push(String(tag?.value));
    }
  }
  return event;
}

function fieldsOf(bytes: Buffer): { number: number; value: number | Buffer }[] {
  const fields: { number: number; value: number | Buffer }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, wireType] = [tag >> 3, tag & 7];
    if (wireType === 0) fields.push({ number, value: varint() });
    else {
      const size = wireType === 2 ? varint() : wireType === 1 ? 8 : 4;
      fields.push({ number, value: bytes.subarray(at, at + size) });
      at += size;
    }
  }
  return fields;
}
