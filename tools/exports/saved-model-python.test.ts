import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { exportSavedModel } from '@tfjs-heads/tracing/saved-model';
import { afterAll, expect, it } from 'vitest';
import { pythonIfMade } from '../goldens/original/python.js';
import { type Expectation, expectationsOf } from './expected.js';
import { drawRows, makeModels } from './models.js';

const python = pythonIfMade();
const parent = mkdtempSync(join(tmpdir(), 'heads-'));
afterAll(() => rmSync(parent, { recursive: true }));

// The environment is that of `npm run goldens:original`, which makes it.
it.skipIf(python === undefined)(
  'Python opens every model by TensorFlow 2 and 1, and gets the same numbers',
  async () => {
    await tf.setBackend('cpu');
    let models = 0;
    const cases: (Expectation & { readonly model: string; readonly folder: string })[] = [];
    for (const model of makeModels()) {
      const x = drawRows(model, 4, 1);
      for (const variables of ['constants', 'checkpoint'] as const) {
        const folder = join(parent, `${model.name}, ${variables}`);
        await exportSavedModel(folder, { predict: model.predict, example: [{ x }], variables });
        for (const expectation of await expectationsOf(model, 3, 7))
          cases.push({ ...expectation, model: `${model.name}, ${variables}`, folder });
      }
      x.dispose();
      models++;
      model.dispose();
    }
    const { stdout, stderr, status } = spawnSync(python as string, [join(import.meta.dirname, 'load_saved_model.py')], {
      input: JSON.stringify(cases),
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', TF_CPP_MIN_LOG_LEVEL: '3' },
    });
    expect(status, stderr).toBe(0);
    const { compared, restored, problems } = JSON.parse(stdout) as {
      compared: number;
      restored: number;
      problems: string[];
    };
    expect(problems).toEqual([]);
    expect(compared).toBeGreaterThan(200);
    expect(restored).toBe(models);
  },
);
