import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suiteOf, type GoldenFile } from '../src/index.js';
import { right } from './broken-heads/broken-head.js';

const values = (...numbers: number[]): GoldenFile['cases'][number]['loss'] => ({ values: numbers, scale: 1, k: 16 });

const tensor = (...numbers: number[]): GoldenFile['cases'][number]['logits'] => ({
  shape: [numbers.length, 1],
  values: numbers,
});

/** A file in which every part stands. */
const sound = {
  format: 2,
  head: 'RegressionHead',
  provenance: { by: 'hand' },
  exports: { predict: { kind: 'predict', outputs: { predictions: 'predictions' } } },
  cases: [
    {
      parameters: { inputs: 'two' },
      options: { weightColumn: 'weight' },
      logits: tensor(1, 2),
      labels: tensor(1, 4),
      weights: tensor(1, 1),
      features: { exposure: { shape: [2, 1], values: [1, 3], dtype: 'int32' } },
      loss: values(2),
      gradient: values(0, -2),
      predictions: {
        predictions: { shape: [2, 1], dtype: 'float32', ...values(1, 2) },
        classes: { shape: [2, 1], dtype: 'string', values: ['a', 'b'] },
      },
      metrics: { average_loss: values(2) },
    },
  ],
  evaluations: [
    {
      parameters: { batches: 1 },
      options: {},
      batches: [{ logits: tensor(1), labels: tensor(1) }],
      metrics: { average_loss: values(0) },
    },
  ],
  trainings: [
    {
      parameters: { optimizer: 'sgd' },
      options: {},
      optimizer: { name: 'sgd', settings: { learningRate: 0.5 } },
      steps: 1,
      inputs: tensor(1, 2),
      labels: tensor(1, 2),
      start: [
        { shape: [1, 1], values: [0.5] },
        { shape: [1], values: [0] },
        { shape: [1, 1], values: [0.5] },
        { shape: [1], values: [0] },
      ],
      losses: values(1),
      end: [values(1), values(1), values(1), values(1)],
    },
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goldens-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a suite says of a head with such a file, before anything runs. */
async function refusal(text: string): Promise<string> {
  const path = join(folder, 'mine.json');
  await writeFile(path, text);
  return suiteOf({ Mine: { ...right, goldens: pathToFileURL(path) } }).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
}

/** The sound file with one thing changed: a number where one stood, `undefined` for a key that goes. */
function changed(place: string, value: unknown): string {
  const file = structuredClone(sound) as unknown as Record<string, unknown>;
  const keys = place.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, file);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(file);
}

describe('a file of goldens', () => {
  it('is taken where it is right', async () => {
    expect(await refusal(JSON.stringify(sound))).toBe('');
  });

  it('is refused where it is no JSON, with its name', async () => {
    expect(await refusal('{')).toContain('mine.json: expected JSON');
  });

  it.each<[place: string, value: unknown, says: string]>([
    ['format', 'tfjs-heads-goldens/1', 'expected goldens of the format 2, got "tfjs-heads-goldens/1"'],
    ['format', undefined, 'format: missing'],
    ['head', undefined, 'head: missing'],
    ['case', [], "case: there is no such key; is 'cases' meant?"],
    ['cases.0.loss.k', -1, 'cases[0].loss.k: expected >=0, got -1'],
    ['cases.0.loss.k', 1e9, 'cases[0].loss.k: expected <=1048576'],
    ['cases.0.loss.k', '16', 'cases[0].loss.k: expected number, got "16"'],
    ['cases.0.loss.scale', -1, 'cases[0].loss.scale: expected'],
    ['cases.0.gradient.scale', [1], 'cases[0].gradient.scale: expected one for all or one for each of 2 values, got 1'],
    ['cases.0.loss.scales', 1, "cases[0].loss.scales: there is no such key; is 'scale' meant?"],
    ['cases.0.loss.values', [], 'cases[0].loss.values: expected at least one value'],
    [
      'cases.0.loss.values',
      ['nan'],
      'cases[0].loss.values[0]: expected (number | ("NaN" | "Infinity" | "-Infinity")), got "nan"',
    ],
    ['cases.0.loss.values', [null], 'cases[0].loss.values[0]: expected (number'],
    ['cases.0.loss.values', [1, 2], 'cases[0].loss.values: expected 1 values, got 2'],
    ['cases.0.gradient.values', [1], 'cases[0].gradient.values: expected 2 values, got 1'],
    ['cases.0.gradient.at', [], 'cases[0].gradient.at: expected an index for each of 2 values, got 0'],
    ['cases.0.gradient.at', [0, 2], 'cases[0].gradient.at[1]: expected indices below 2 that ascend, got 2'],
    ['cases.0.gradient.at', [1, 1], 'cases[0].gradient.at[1]: expected indices below 2 that ascend, got 1'],
    ['cases.0.gradient.at', [0.5, 1], 'cases[0].gradient.at[0]: expected integer, got 0.5'],
    ['cases.0.gradient.at', [-1, 0], 'cases[0].gradient.at[0]: expected >=0, got -1'],
    [
      'cases.0.predictions.predictions.values',
      [1],
      'cases[0].predictions.predictions.values: expected 2 values, got 1',
    ],
    ['cases.0.metrics.average_loss.values', [1, 2], 'cases[0].metrics.average_loss.values: expected 1 values, got 2'],
    ['cases.0.metrics', undefined, 'cases[0].metrics: missing'],
    ['cases.0.logits.shape', [3, 1], 'cases[0].logits.values: expected 3 values for the shape [3,1], got 2'],
    ['cases.0.logits.shape', [2, -1], 'cases[0].logits.shape[1]: expected >=1, got -1'],
    ['cases.0.logits.values', undefined, 'cases[0].logits: expected either values or a draw, got neither'],
    ['cases.0.logits.values', [0.1, 1], 'cases[0].logits.values[0]: expected a number that float32 has exactly'],
    ['cases.0.logits.draw', { seed: 1, kind: 'real' }, 'cases[0].logits: expected either values or a draw, got both'],
    [
      'cases.0.logits',
      { shape: [2, 1], draw: { seed: 1, kind: 'reel' } },
      'cases[0].logits.draw.kind: expected ("logits"',
    ],
    ['cases.0.labels', tensor(1), 'cases[0].labels.shape: expected 2 rows as there are logits, got [1,1]'],
    ['cases.0.labels.dtype', 'float', 'cases[0].labels.dtype: expected ("float32" | "int32" | "bool"), got "float"'],
    [
      'cases.0.labels',
      { shape: [2, 2], indices: [[0, 0]], values: [] },
      'cases[0].labels.values: expected a value at each of 1 indices, got 0',
    ],
    [
      'cases.0.labels',
      {
        shape: [2, 2],
        indices: [
          [1, 0],
          [0, 1],
        ],
        values: [1, 2],
      },
      'cases[0].labels.indices[1]: expected places in the shape [2,2] that ascend, got [0,1]',
    ],
    [
      'cases.0.labels',
      { shape: [2, 2], indices: [[1, 2]], values: [1] },
      'cases[0].labels.indices[0]: expected places in the shape [2,2] that ascend, got [1,2]',
    ],
    [
      'cases.0.labels',
      { shape: [2, 1], values: [1, 2], dtype: 'string' },
      'cases[0].labels.values[0]: expected string, got 1',
    ],
    ['cases.0.labels', { a: tensor(1, 2) }, 'cases[0].labels: expected one for all as logits are, got those of a'],
    [
      'cases.0.logits',
      { a: tensor(1, 2), b: tensor(1) },
      'cases[0].labels: expected those of a, b as logits are, got one for all; cases[0].logits.b.shape: expected 2 rows',
    ],
    ['cases.0.logits', { a: tensor(1, 2) }, 'cases[0].labels: expected those of a as logits are, got one for all'],
    ['cases.0.predictions.predictions.dtype', 'float64', 'cases[0].predictions.predictions.dtype: expected'],
    ['cases.0.predictions.predictions.shape', undefined, 'cases[0].predictions.predictions.shape: missing'],
    ['cases.0.predictions.predictions.shape', [1, 2], 'cases[0].predictions.predictions.shape: expected 2 rows'],
    ['cases.0.predictions.classes.values', ['a'], 'cases[0].predictions.classes.values: expected 2 values, got 1'],
    ['cases.0.predictions.classes.values', ['a', 1], 'cases[0].predictions.classes.values[1]: expected string, got 1'],
    [
      'cases.0.labels',
      { shape: [2, 2], indices: [[0, 0]], draw: { seed: 1, kind: 'class' }, dtype: 'int32' },
      'cases[0].labels.draw: expected values at the indices, got a draw',
    ],
    ['cases.0.labels', { ...tensor(1, 0.5), dtype: 'int32' }, 'cases[0].labels.values[1]: expected int32, got 0.5'],
    [
      'cases.0.labels',
      { ...tensor(1, 2 ** 40), dtype: 'int32' },
      'cases[0].labels.values[1]: expected int32, got 1099',
    ],
    [
      'cases.0.labels',
      { shape: [2, 1], values: ['NaN', 1], dtype: 'int32' },
      'cases[0].labels.values[0]: expected int32, got NaN',
    ],
    ['cases.0.labels', { ...tensor(1, 7), dtype: 'bool' }, 'cases[0].labels.values[1]: expected bool, got 7'],
    [
      'cases.0.labels',
      { shape: [2, 1], draw: { seed: 1, kind: 'real' }, dtype: 'int32' },
      'cases[0].labels.draw.kind: expected count or binary or class for int32, got real',
    ],
    [
      'cases.0.labels',
      { shape: [2, 1], draw: { seed: 1, kind: 'real', classes: 3 } },
      "cases[0].labels.draw.classes: expected a number of classes for the kind 'class' alone",
    ],
    [
      'cases.0.predictions.classes',
      { shape: [2, 1], dtype: 'bool', values: [1, 7] },
      'cases[0].predictions.classes.values[1]: expected (0 | 1), got 7',
    ],
    [
      'cases.0.predictions.classes',
      { shape: [2, 1], dtype: 'int32', values: [1, 2 ** 40] },
      'cases[0].predictions.classes.values[1]: expected <=2147483647, got 1099511627776',
    ],
    ['cases.0.features.exposure.shape', [1, 2], 'cases[0].features.exposure.shape: expected 2 rows'],
    ['cases.0.loss.scale', 1e30, 'cases[0].loss.scale: expected one that allows an error below'],
    ['cases.0.weight', tensor(1, 1), "cases[0].weight: there is no such key; is 'weights' meant?"],
    [
      'cases.0.weights',
      undefined,
      "cases[0].options.weightColumn: expected the feature 'weight' with weights in each batch",
    ],
    ['cases.0.features.weight', tensor(1, 1), 'cases[0].features.weight: expected other features than the weights'],
    ['cases.0.features.exposure.values', [1], 'cases[0].features.exposure.values: expected 2 values'],
    ['cases.0.parameters', { 'a:b': 1 }, 'cases[0].parameters["a:b"]: expected a key of letters'],
    ['cases.0.parameters', { a: 'b,c' }, 'cases[0].parameters.a: expected text without'],
    ['cases.1', sound.cases[0], 'cases: expected entries that differ, got one of them twice'],
    ['cases.0.options', { lossReduction: null }, 'cases[0].options.lossReduction: expected'],
    ['exports.predict.kind', 'predictions', 'exports.predict.kind: expected ("regression"'],
    [
      'exports.predict.outputs.predictions',
      'prediction',
      "exports.predict.outputs.predictions: expected the key of a prediction that each case has, got 'prediction'",
    ],
    ['evaluations.0.batches', [], 'evaluations[0].batches: expected >=1, got 0'],
    ['evaluations.0.batches.0.labels', tensor(1, 2), 'evaluations[0].batches[0].labels.shape: expected 1 rows'],
    ['trainings.0.optimizer.name', 'lion', 'trainings[0].optimizer.name: expected ("sgd"'],
    [
      'trainings.0.optimizer.settings',
      { rate: 1 },
      'trainings[0].optimizer.settings: expected all of learningRate and no others, got rate',
    ],
    ['trainings.0.steps', 2, 'trainings[0].losses.values: expected 2 values, got 1'],
    ['trainings.0.start', [], 'trainings[0].start: expected the shapes [inputs,hidden]'],
    ['trainings.0.end', [], 'trainings[0].end: expected 4 variables as in start, got 0'],
    ['trainings.0.labels', tensor(1), 'trainings[0].labels.shape: expected 2 rows'],
  ])('is refused with its place where %s is %j', async (place, value, says) => {
    expect(await refusal(changed(place, value))).toContain(`mine.json: ${says}`);
  });

  it.each<[names: readonly string[], says: string]>([
    [['a', 'b'], ''],
    [
      ['a', 'c'],
      'cases[0].labels: expected those of the heads a, b, got those of a, c; evaluations[0].batches[0].labels: ',
    ],
    [['a'], 'trainings[0].labels: expected those of the heads a, b, got those of a'],
  ])('has one tensor for the logits of its heads with labels of %j: %s', async (names, says) => {
    const labels = (...numbers: number[]): object =>
      Object.fromEntries(names.map((name) => [name, tensor(...numbers)]));
    const [one, evaluation, training] = [sound.cases[0], sound.evaluations[0], sound.trainings[0]];
    const parted = {
      ...sound,
      heads: ['a', 'b'].map((name) => ({ head: 'RegressionHead', options: { name } })),
      cases: [{ ...one, labels: labels(1, 4) }],
      evaluations: [{ ...evaluation, batches: [{ logits: tensor(1), labels: labels(1) }] }],
      trainings: [{ ...training, labels: labels(1, 2) }],
    };
    const said = await refusal(JSON.stringify(parted));
    if (says === '') expect(said).toBe('');
    else expect(said).toContain(says);
  });

  it('is refused where its maps are by other names than those of its heads', async () => {
    const map = (...numbers: number[]): object => ({ a: tensor(...numbers) });
    const ofHeads = { ...sound.cases[0], logits: map(1, 2), labels: map(1, 4), gradient: { a: values(0, -2) } };
    const file = { ...sound, cases: [ofHeads], evaluations: [], trainings: [] };
    const headsOf = (name: string): object => ({ heads: [{ head: 'RegressionHead', options: { name } }] });
    expect(await refusal(JSON.stringify({ ...file, ...headsOf('a') }))).toBe('');
    expect(await refusal(JSON.stringify({ ...file, ...headsOf('nobody') }))).toContain(
      'cases[0].logits: expected those of the heads nobody, got those of a',
    );
  });

  it('is refused where it compares nothing', async () => {
    expect(await refusal(JSON.stringify({ ...sound, cases: [], evaluations: [], trainings: [] }))).toContain(
      'nothing would be compared',
    );
  });

  it('is refused with all that is wrong, up to a point', async () => {
    const wrong = Array.from({ length: 9 }, (_, i) => ({ ...sound.cases[0], parameters: { i }, loss: values() }));
    expect(await refusal(JSON.stringify({ ...sound, cases: wrong }))).toMatch(
      /cases\[0\]\.loss.*; cases\[4\]\.loss[^;]*; and 4 more$/,
    );
  });
});
