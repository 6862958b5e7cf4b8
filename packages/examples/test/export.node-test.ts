import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { node } from '@tensorflow/tfjs-node';
import { afterAll, expect, it } from 'vitest';
import { startBackend } from '../src/backends.js';
import { examples } from '../src/examples.js';

const parent = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => rmSync(parent, { recursive: true }));

it.each(['penguin-species', 'cars-two-ways'])('%s is exported as a SavedModel that TensorFlow opens', async (name) => {
  const folder = join(parent, name);
  await startBackend('cpu');
  await examples.find((example) => example.name === name)?.run({ epochs: 1, exportTo: folder });
  await startBackend('tensorflow');
  const model = await node.loadSavedModel(folder, ['serve'], 'serving_default');
  const [input] = model.inputs;
  const dimensions = input?.shape as unknown as readonly { getSize(): number }[] | undefined;
  const width = dimensions?.[1]?.getSize() ?? NaN;
  const outputs = model.predict({ x: zeros([3, width]) }) as Record<string, Tensor>;
  expect(Object.values(outputs).map(({ shape }) => shape[0])).toEqual(Object.keys(outputs).map(() => 3));
  expect(Object.keys(outputs).length).toBeGreaterThan(0);
  model.dispose();
});
