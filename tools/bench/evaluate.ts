import * as tf from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { BinaryClassHead } from '@tfjs-heads/head-classification';
import { binaryClassMetrics } from '@tfjs-heads/reference';
import type { Benchmark } from './benchmark.js';
import {
  BATCH,
  type Data,
  denseModel,
  drawData,
  evaluateDataset,
  evaluateHead,
  identityModel,
  WIDTH,
} from './evaluation.js';
import { interleave } from './interleave.js';
import { PlainSumsHead } from './plain-sums.js';

const ROWS = 1_000_000;
const FEWEST_ROWS = 1000;
/** What the reference counts threshold by threshold. */
const COMPARED_ROWS = 10_000;
/** Each takes seconds. */
const REPETITIONS = 5;

/**
 * The nine metrics of a binary head in batches of 1,024, with a network and without one, against `evaluateDataset` of tfjs-layers
 * with accuracy alone and, in Node where its Python is there, against Keras with nine metrics; sums without rounding against plain
 * ones; and then the error, the time of a row and the memory.
 */
export const evaluate: Benchmark = async (backend, onRow, { rows = ROWS }) => {
  const row = { benchmark: 'evaluate', backend, batch: BATCH } as const;
  const head = new BinaryClassHead();
  const measure = async (of: string, model: Sequential, data: Data): Promise<number> => {
    const accuracies = [
      (await evaluateHead(head, model, data, rows))['accuracy'],
      await evaluateDataset(model, data, rows),
    ];
    if (!(Math.abs((accuracies[0] ?? NaN) - (accuracies[1] ?? NaN)) < 1e-5))
      throw new Error(`The accuracies differ: ${accuracies.join(', ')}.`);
    const figures = await interleave(
      () => evaluateHead(head, model, data, rows),
      () => evaluateDataset(model, data, rows),
      REPETITIONS,
    );
    onRow({
      ...row,
      case: `nine metrics of ${rows.toLocaleString('en')} ${of}`,
      peer: 'evaluateDataset, accuracy alone',
      unit: 'ms',
      ...figures,
      ratio: figures.theirs / figures.ours,
    });
    return figures.ours;
  };

  const logits = drawData(rows, 1);
  const identity = identityModel();
  await measure('given logits', identity, logits);
  const data = drawData(rows, WIDTH);
  const dense = denseModel();
  const ours = await measure('rows through a dense layer', dense, data);

  if (typeof process !== 'undefined') {
    const keras = (await import('./keras.js')).evaluateInKeras(rows, BATCH, WIDTH);
    if (keras === undefined)
      console.error('Keras: unavailable. `npm run goldens:original` makes the Python that has it.');
    else {
      const peer = 'Keras, nine metrics';
      const name = `nine metrics of ${rows.toLocaleString('en')} rows through a dense layer`;
      onRow({ ...row, case: name, peer, unit: 'ms', ours, theirs: keras, ratio: keras / ours });
    }
  }

  const [exact, plain] = [BinaryClassHead, PlainSumsHead].map((Head) => new Head({ weightColumn: 'weight' }));
  const figures = await interleave(
    () => evaluateHead(exact as BinaryClassHead, identity, logits, rows, true),
    () => evaluateHead(plain as BinaryClassHead, identity, logits, rows, true),
    REPETITIONS,
  );
  onRow({
    ...row,
    case: `nine weighted metrics of ${rows.toLocaleString('en')} given logits`,
    peer: 'plain double sums',
    unit: 'ms',
    ...figures,
    ratio: figures.theirs / figures.ours,
  });

  const errors = { ours: await errorOf(head, logits, identity), theirs: await errorOfDataset(logits, identity) };
  onRow({
    ...row,
    case: `relative error of nine metrics of ${COMPARED_ROWS.toLocaleString('en')} rows`,
    peer: 'evaluateDataset, accuracy alone',
    unit: '1e-12',
    ours: Number((errors.ours * 1e12).toPrecision(3)),
    theirs: Number((errors.theirs * 1e12).toPrecision(3)),
    ratio: Math.max(errors.theirs, Number.EPSILON) / Math.max(errors.ours, Number.EPSILON),
  });

  for (let fewer = FEWEST_ROWS; fewer < rows; fewer *= 10) {
    const times = await interleave(
      () => evaluateHead(head, identity, logits, fewer),
      () => evaluateHead(head, identity, logits, rows),
      REPETITIONS,
    );
    const [few, many] = [(times.ours / fewer) * 1e6, (times.theirs / rows) * 1e6];
    onRow({
      ...row,
      case: `a row of ${fewer.toLocaleString('en')} given logits`,
      peer: `a row of ${rows.toLocaleString('en')}`,
      unit: 'ns',
      ours: Math.round(few),
      theirs: Math.round(many),
      ratio: many / few,
    });
  }

  await measureMemory();
  dense.dispose();
  identity.dispose();

  async function measureMemory(): Promise<void> {
    const { bytesInUse } = typeof process === 'undefined' ? { bytesInUse: () => 0 } : await import('./heap.js');
    const after = async (count: number): Promise<number> => {
      await evaluateHead(head, identity, logits, count);
      return (tf.memory().numBytes + bytesInUse()) / 1e6;
    };
    await after(FEWEST_ROWS);
    const [few, many] = [await after(FEWEST_ROWS), await after(rows)];
    onRow({
      ...row,
      case: `memory after ${rows.toLocaleString('en')} given logits`,
      peer: `after ${FEWEST_ROWS.toLocaleString('en')}`,
      unit: 'MB',
      ours: Number(many.toFixed(2)),
      theirs: Number(few.toFixed(2)),
      ratio: few / many,
    });
  }
};

/** The largest relative error of the metrics against the reference. */
async function errorOf(head: BinaryClassHead, data: Data, model: Sequential): Promise<number> {
  const rows = Math.min(COMPARED_ROWS, data.y.length);
  const metrics = await evaluateHead(head, model, data, rows);
  const errors = Object.entries(referenceOf(data, rows)).map(([key, { value }]) =>
    Math.abs((metrics[key] as number) / value - 1),
  );
  return Math.max(...errors);
}

async function errorOfDataset(data: Data, model: Sequential): Promise<number> {
  const rows = Math.min(COMPARED_ROWS, data.y.length);
  const value = referenceOf(data, rows)['accuracy']?.value as number;
  return Math.abs((await evaluateDataset(model, data, rows)) / value - 1);
}

function referenceOf({ x, y }: Data, rows: number): ReturnType<typeof binaryClassMetrics> {
  return binaryClassMetrics([{ logits: Array.from(x.subarray(0, rows)), labels: Array.from(y.subarray(0, rows)) }]);
}
