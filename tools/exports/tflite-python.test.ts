import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { exportTflite } from '@tfjs-heads/tracing/tflite';
import { afterAll, expect, it } from 'vitest';
import { environmentIfMade } from '../python/environment.js';
import { expectAnswers, expectationOf, exported } from './answers.js';
import type { Expectation, Values } from './expected.js';
import { litert } from './litert-python/environment.js';
import { makeModels } from './models.js';

const python = environmentIfMade(litert);
const parent = mkdtempSync(join(tmpdir(), 'tflite-'));
afterAll(() => rmSync(parent, { recursive: true }));

it.skipIf(python === undefined)(
  'LiteRT in Python resizes every model to its batch, and answers as it does (skipped where `npm run litert-python` has not made it)',
  async () => {
    await tf.setBackend('cpu');
    const cases: (Expectation & { readonly model: string; readonly file: string; readonly names: string[] })[] = [];
    for (const model of makeModels()) {
      const file = join(parent, `${model.name}.tflite`);
      const { strings } = await exported(model, (options) => exportTflite(file, options));
      const expectation = await expectationOf(model, 'predict');
      const names = Object.keys(expectation.outputs).filter((name) => !(name in strings));
      cases.push({ ...expectation, model: model.name, file, names });
      model.dispose();
    }
    const { stdout, stderr, status } = spawnSync(
      python as string,
      [join(import.meta.dirname, 'litert-python/run.py')],
      {
        input: JSON.stringify(cases),
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      },
    );
    expect(status, stderr).toBe(0);
    const answers = JSON.parse(stdout) as Readonly<Record<string, Values>>[];
    for (const [index, { model, names, ...expectation }] of cases.entries())
      await expectAnswers(`${model}, ai-edge-litert`, expectation, async () => answers[index] ?? {}, names);
  },
);
