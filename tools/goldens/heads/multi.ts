import { type Batch, type GoldenExport, partsOf, type PerHead } from '@tfjs-heads/conformance-kit';
import {
  inFloat32,
  over,
  type Scaled,
  sigmoidCrossEntropy,
  squaredError,
  sumOf,
  times,
  ULPS,
} from '@tfjs-heads/reference';
import type { Values } from '@tfjs-heads/reference';
import {
  type CaseDescription,
  drawnBatch,
  eachLabel,
  type EvaluationDescription,
  type HeadDescription,
  type HeadModel,
  type Options,
  type WeightShape,
  written,
} from '../describe.js';
import { optimizers } from '../optimizers.js';
import { regressionModel } from '../regression-family.js';

/** Two heads of different widths, losses and predictions, in the order of their logits. */
const heads = {
  numbers: {
    head: 'RegressionHead',
    k: 2,
    modelOf: (options: Options) => regressionModel(squaredError, { predictions: ULPS.EXACT }, options),
  },
  chance: {
    head: 'LogisticRegressionHead',
    k: 1,
    modelOf: (options: Options) =>
      regressionModel(sigmoidCrossEntropy, { predictions: ULPS.ELEMENT, logits: ULPS.EXACT }, options),
  },
} as const;
type Name = keyof typeof heads;
const names = Object.keys(heads) as Name[];
const width = names.reduce((sum, name) => sum + heads[name].k, 0);

function modelOf(options: Options): HeadModel {
  const given = options['headWeights'] as readonly number[];
  const models = names.map((name, i) => ({ name, model: heads[name].modelOf(options), weight: given[i] ?? 1 }));
  const batchOfOne = ({ logits, labels, weights }: Batch, name: Name): Batch => ({
    logits: logitsOf(logits, name),
    labels: partOf(labels, name),
    ...(weights && { weights }),
  });
  return {
    loss(batch) {
      const parts = models.map(({ name, model, weight }) => {
        const { loss, gradient } = model.loss(batchOfOne(batch, name));
        return {
          name,
          loss: times(loss, weight),
          gradient: (gradient as readonly Scaled[]).map((each) => inFloat32(times(each, weight))),
        };
      });
      const gradients = Object.fromEntries(parts.map(({ name, gradient }) => [name, gradient]));
      return {
        loss: inFloat32(sumOf(parts.map(({ loss }) => loss))),
        gradient: isOne(batch.logits) ? together(gradients) : gradients,
      };
    },
    predictions: (logits) =>
      Object.assign(
        {},
        ...models.map(({ name, model }) =>
          renamed(model.predictions(logitsOf(logits, name)), (key) => `${name}/${key}`),
        ),
      ),
    metrics(batches) {
      const losses = models.map(({ name, model }): [string, Scaled] => {
        const ofBatches = batches.map((batch) => model.loss(batchOfOne(batch, name)).loss);
        return [`loss/${name}`, over(sumOf(ofBatches), batches.length)];
      });
      const others = models.map(({ name, model }) =>
        renamed(model.metrics(batches.map((batch) => batchOfOne(batch, name))), (key) => `${key}/${name}`),
      );
      return Object.assign(Object.fromEntries(losses), ...others);
    },
  };
}

function isOne(logits: Batch['logits']): logits is Values {
  return partsOf(logits)[0]?.[0] === '';
}

function partOf<T extends object>(given: PerHead<T>, name: Name): T {
  return new Map(partsOf(given)).get(name) as T;
}

/** The logits of a head: its part of the map, or its columns of the one tensor. */
function logitsOf(logits: Batch['logits'], name: Name): Values {
  if (!isOne(logits)) return partOf(logits, name);
  const from = names.slice(0, names.indexOf(name)).reduce((sum, other) => sum + heads[other].k, 0);
  const { k } = heads[name];
  return {
    shape: [...logits.shape.slice(0, -1), k],
    values: logits.values.filter((_, i) => i % width >= from && i % width < from + k),
  };
}

/** The columns of all heads side by side. */
function together(parts: Readonly<Record<string, readonly Scaled[]>>): readonly Scaled[] {
  const rows = (parts[names[0] as Name]?.length ?? 0) / heads[names[0] as Name].k;
  return Array.from({ length: rows }, (_, row) =>
    names.flatMap((name) => parts[name]?.slice(row * heads[name].k, (row + 1) * heads[name].k) ?? []),
  ).flat();
}

function renamed<T>(map: Readonly<Record<string, T>>, rename: (key: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [rename(key), value]));
}

/** What the head gets for logits: a map of them, or one tensor that it parts. */
type Given = 'map' | 'one';

type Inputs = Pick<CaseDescription, 'logits' | 'labels' | 'weights'>;

function inputsOf(rows: readonly number[], given: Given, weights: WeightShape = 'none'): Inputs {
  const numbers = drawnBatch('real', [...rows, heads.numbers.k], weights);
  const chance = drawnBatch('probability', [...rows, heads.chance.k]);
  return {
    logits:
      given === 'one'
        ? drawnBatch('real', [...rows, width]).logits
        : { numbers: numbers.logits, chance: chance.logits },
    labels: { numbers: numbers.labels, chance: chance.labels },
    ...(numbers.weights && { weights: numbers.weights }),
  };
}

interface Drawn {
  readonly rows: readonly number[];
  readonly logits: Given;
  readonly weights: 'none' | 'rows' | 'column';
  /** Default: none, which are ones. */
  readonly headWeights?: readonly number[];
  readonly reduction?: string;
  readonly lossOnly?: boolean;
}

function drawn({ rows, logits, weights, headWeights = [], reduction, ...rest }: Drawn): CaseDescription {
  return {
    parameters: {
      inputs: 'drawn',
      rows: rows.join('x'),
      logits,
      weights,
      'head-weights': headWeights.join('-and-') || 'none',
      ...(reduction !== undefined && { reduction }),
    },
    options: {
      headWeights,
      ...(weights !== 'none' && { weightColumn: 'weight' }),
      ...(reduction !== undefined && { lossReduction: reduction }),
    },
    ...inputsOf(rows, logits, weights),
    ...rest,
  };
}

function evaluation(
  sizes: readonly number[],
  logits: Given,
  weights: 'none' | 'rows',
  options: Options = {},
): EvaluationDescription {
  return {
    parameters: { batches: sizes.length, logits, weights },
    options: { headWeights: [1, 0.5], ...options, ...(weights === 'rows' && { weightColumn: 'weight' }) },
    batches: sizes.map((rows) => inputsOf([rows], logits, weights)),
  };
}

const exports = ({ of, keys }: { of: Name; keys: readonly string[] }): Readonly<Record<string, GoldenExport>> => {
  const regression: GoldenExport = { kind: 'regression', outputs: { value: `${of}/predictions` } };
  return {
    [of]: regression,
    [`${of}/regression`]: regression,
    [`${of}/predict`]: { kind: 'predict', outputs: Object.fromEntries(keys.map((key) => [key, `${of}/${key}`])) },
  };
};
const all = ['numbers/predictions', 'chance/predictions', 'chance/logits'];

const labelOfNumbers = eachLabel((signal, noise) => 2 * signal + noise / 2);
const labelOfChance = eachLabel((signal, noise) => (signal + noise / 4 > 0 ? 1 : 0));

export const multi: HeadDescription = {
  head: 'MultiHead',
  package: 'head-multi',
  file: 'multi-head.json',
  formula:
    'the sum of the losses of the heads times their weights, as in tf.estimator.MultiHead; loss/<head> is the mean over the batches of the loss ' +
    'of that head without its weight, a float32 sum, and so has the k of losses',
  heads: names.map((name) => ({
    head: heads[name].head,
    options: { name, ...(heads[name].k > 1 && { labelDimension: heads[name].k }) },
  })),
  modelOf,
  metricUnits: Object.fromEntries(names.map((name) => [`loss/${name}`, ULPS.REDUCE])),
  exports: {
    serving_default: { kind: 'regression', outputs: { value: 'numbers/predictions' } },
    predict: { kind: 'predict', outputs: Object.fromEntries(all.map((key) => [key, key])) },
    ...exports({ of: 'numbers', keys: ['predictions'] }),
    ...exports({ of: 'chance', keys: ['predictions', 'logits'] }),
  },
  cases: [
    {
      // By hand: squares of 2, 3, 0 and 1, whose mean is 3.5, and half of log 2 for a chance of one half.
      parameters: { inputs: 'by-hand' },
      options: { headWeights: [1, 0.5] },
      logits: { numbers: written([2, 2], [45, 41, 1, 2]), chance: written([2, 1], [0, 0]) },
      labels: { numbers: written([2, 2], [43, 44, 1, 1]), chance: written([2, 1], [1, 0.5]) },
    },
    {
      parameters: { inputs: 'extreme' },
      options: { headWeights: [] },
      logits: { numbers: written([3, 2], [1e4, -80, 2 ** 24, 0, 0, 30]), chance: written([3, 1], [1e4, -1e4, 80]) },
      labels: {
        numbers: written([3, 2], [1e4 + 2 ** -10, 1, 2 ** 24 - 1, 0, -1, 30]),
        chance: written([3, 1], [0, 1, 0.75]),
      },
    },
    drawn({ rows: [5], logits: 'map', weights: 'none' }),
    drawn({ rows: [5], logits: 'one', weights: 'none' }),
    drawn({ rows: [5], logits: 'map', weights: 'rows', headWeights: [1, 0.5], reduction: 'sum' }),
    drawn({ rows: [5], logits: 'one', weights: 'column', headWeights: [0.25, 3], reduction: 'sum_over_batch_size' }),
    // A head that only watches, and one that is pushed away.
    drawn({ rows: [4], logits: 'map', weights: 'rows', headWeights: [0, -2] }),
    drawn({ rows: [1], logits: 'one', weights: 'none', headWeights: [2, 1], reduction: 'sum' }),
    drawn({ rows: [2, 3], logits: 'map', weights: 'rows', headWeights: [1, 0.5] }),
    drawn({ rows: [2, 1, 3], logits: 'one', weights: 'column' }),
    drawn({ rows: [257], logits: 'one', weights: 'rows', headWeights: [1, 0.5], reduction: 'auto', lossOnly: true }),
    drawn({ rows: [33], logits: 'map', weights: 'rows', headWeights: [1, 0.5], reduction: 'sum', lossOnly: true }),
    {
      ...drawn({ rows: [4], logits: 'map', weights: 'rows', headWeights: [1, 0.5] }),
      parameters: { inputs: 'drawn', rows: 4, weights: 'all-0' },
      weights: written([4], [0, 0, 0, 0]),
    },
  ],
  evaluations: [
    evaluation([5, 1, 13], 'map', 'none'),
    evaluation([33, 1, 7], 'one', 'rows'),
    { ...evaluation([3, 2], 'map', 'rows', { lossReduction: 'sum' }), parameters: { batches: 2, reduction: 'sum' } },
  ],
  trainings: [
    {
      ...optimizers.sgd,
      options: { headWeights: [1, 0.5] },
      outputs: width,
      heads: { numbers: 2, chance: 1 },
      seed: 41,
    },
    { ...optimizers.adam, options: { headWeights: [], lossReduction: 'sum' }, outputs: width, seed: 42 },
  ],
  labelsOf: (signals) => ({
    numbers: labelOfNumbers({ ...signals, outputs: heads.numbers.k }),
    chance: labelOfChance({
      ...signals,
      outputs: heads.chance.k,
      signal: (row, output) => signals.signal(row, heads.numbers.k + output),
    }),
  }),
};
