import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers gradients
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Evaluation } from '../src/cli/evaluation.js';
import { loadModel, loadPredictor } from '../src/cli/load-model.js';
import type { ModelPaths } from '../src/cli/model-module.js';
import { estimator as make } from './fixtures/folder-model.mjs';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const module = fileURLToPath(new URL('fixtures/folder-model.mjs', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'heads-models-'));
const [run, graph] = [join(parent, 'run'), join(parent, 'graph')];
const checkpoint = join(run, 'model.ckpt-2.safetensors');
let saved = '';

const values = { x_0: [1, -2, 0.5, 3], x_1: [0, 1, -1, 2], weight: [1, 2, 0, 1], late: [0, 1, 1, 0] };
const rows = {
  rows: 4,
  columns: new Map<string, Float32Array | Int32Array>([
    ...(['x_0', 'x_1', 'weight'] as const).map((name) => [name, Float32Array.from(values[name])] as const),
    ['late', Int32Array.from(values.late)],
  ]),
};
const x = (): tf.Tensor => tf.stack([values.x_0, values.x_1], 1);
const batch = (): [Record<string, tf.Tensor>, tf.Tensor] => [
  { x: x(), weight: tf.tensor1d(values.weight) },
  tf.tensor2d(values.late, [4, 1], 'int32'),
];

beforeAll(async () => {
  await tf.setBackend('cpu');
  const estimator = make(run);
  await estimator.train(() => [batch(), batch()], {});
  const example = { x: x() };
  await estimator.exportGraphModel(graph, { example });
  saved = await estimator.exportSavedModel(join(parent, 'saved'), { example });
  example.x.dispose();
  estimator.dispose();
});
afterAll(() => rmSync(parent, { recursive: true }));

async function metricsOf(paths: ModelPaths): Promise<Readonly<Record<string, unknown>>> {
  const evaluation = new Evaluation(await loadModel(paths), undefined);
  const { numTensors } = tf.memory();
  await evaluation.add(rows);
  expect(tf.memory().numTensors).toBe(numTensors);
  return (await evaluation.result()).metrics;
}

it('a graph model, a folder of checkpoints and one of them come to what the estimator comes to', async () => {
  const { loss: _loss, global_step: _step, ...expected } = await make(run).evaluate(() => [batch()]);
  expect(expected['average_loss']).toBeGreaterThan(0);
  for (const path of [graph, run, checkpoint]) expect(await metricsOf({ path, module }), path).toEqual(expected);
  const older = await metricsOf({ path: join(run, 'model.ckpt-0.safetensors'), module });
  expect(older['average_loss']).not.toBe(expected['average_loss']);
});

it('a graph model predicts by itself, from a column for each of its values', async () => {
  const [own, byHead] = [await loadPredictor({ path: graph }), await loadPredictor({ path: run, module })];
  expect(own.columns).toEqual({ x_0: 'float32', x_1: 'float32' });
  const columns = { x_0: tf.tensor1d(values.x_0), x_1: tf.tensor1d(values.x_1), weight: tf.tensor1d(values.weight) };
  const { numTensors } = tf.memory();
  const [predicted, expected] = [
    await own.predictions(columns, ['probabilities', 'class_ids']),
    await byHead.predictions(columns, ['probabilities', 'class_ids']),
  ];
  expect(Object.keys(predicted)).toEqual(['probabilities', 'class_ids']);
  for (const [key, value] of Object.entries(predicted))
    expect(await value.data(), key).toEqual(await expected[key]?.data());
  for (const value of [...Object.values(predicted), ...Object.values(expected)]) value.dispose();
  await expect(own.predictions(columns, ['nothing'])).rejects.toMatchObject({ code: 'PREDICTION_KEY_INVALID' });
  expect(tf.memory().numTensors).toBe(numTensors);
  tf.dispose(columns);
});

it('states of models with other weights, or of another module, are of other models', async () => {
  const older = join(run, 'model.ckpt-0.safetensors');
  const paths = [graph, checkpoint, older].map((path) => ({ path, module }));
  const ids = await Promise.all(paths.map(async (given) => (await loadModel(given)).id));
  expect(new Set(ids).size).toBe(3);
  expect((await loadModel({ path: run, module })).id).toBe(ids[1]);
});

it('says what a folder lacks', async () => {
  const empty = join(parent, 'empty');
  const broken = join(parent, 'broken');
  mkdirSync(empty);
  mkdirSync(broken);
  writeFileSync(join(broken, 'model.json'), '{"signature":');
  const other = join(parent, 'other.mjs');
  writeFileSync(other, 'export const columns = { x: "float32" };');
  const refused = async (paths: ModelPaths, message: RegExp): Promise<void> =>
    expect(loadModel(paths)).rejects.toMatchObject({
      code: 'MODEL_MODULE_INVALID',
      message: expect.stringMatching(message) as string,
    });
  await refused({ path: empty, module }, /must have a model.json, a saved_model.pb or checkpoints, got 0 files/);
  await refused({ path: broken, module }, /must be an exported model that loads, got SyntaxError/);
  await refused({ path: graph }, /must have a --module that exports its head to be evaluated, got none/);
  await refused({ path: run }, /must have a --module that exports the estimator/);
  await refused({ path: graph, module: other }, /other.mjs must export head/);
  await refused({ path: run, module: other }, /other.mjs must export estimator/);
  await refused({ path: join(parent, 'nowhere') }, /must be there, got/);
  await refused({ path: module, module }, /must be a folder to have a --module beside it/);
});

it('the command takes a graph model by several threads, and a SavedModel', async () => {
  const [header, ...others] = Object.entries(values).map(([name, of]) => [name, ...of]);
  const lines = (header as unknown[]).map((_, i) => [header, ...others].map((of) => of?.[i]).join('\t'));
  const print = async (...args: string[]): Promise<string> =>
    (await execa('node', [command, ...args, '--format', 'tsv', '--quiet'], { input: `${lines.join('\n')}\n` })).stdout;
  const [evaluated, predicted, native] = await Promise.all([
    print('evaluate', graph, '--module', module, '--workers', '2'),
    print('predict', graph, '--keys', 'probabilities'),
    print('predict', saved, '--keys', 'probabilities'),
  ]);
  expect((JSON.parse(evaluated) as { metrics: unknown }).metrics).toEqual(await metricsOf({ path: graph, module }));
  const numbers = (text: string): number[] => text.split(/\s/).slice(2).map(Number);
  expect(numbers(predicted)).toHaveLength(8);
  numbers(native).forEach((value, i) => expect(value).toBeCloseTo(numbers(predicted)[i] as number, 6));
});
