import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportGraphModel, toGraphModel } from '../src/graph-model.js';
import { expectCaseRefused, expectRefused, expectSameAsTfjs, type Got, kinds } from './exports-support.js';
import { draw } from './support.js';

/** By the name of a case, the kernel that graph models have no operation for. */
const refused: Readonly<Record<string, string>> = { unsortedSegmentSum: 'UnsortedSegmentSum' };

it.each(Object.entries(kinds))('a graph model gives what tfjs gives, for batches of any size: of %s', (_, kind) =>
  expectSameAsTfjs(kind, refused, async (predict, example) => {
    const { artifacts, fixedBatch } = await toGraphModel({ predict, example });
    expect(fixedBatch).toBeUndefined();
    const model = await loadGraphModel(tf.io.fromMemory(artifacts));
    const run = async (x: tf.Tensor): Promise<Got> => {
      const got = model.predict({ x }) as tf.NamedTensorMap;
      const entries = Object.entries(got).map(async ([name, { shape, dtype, data }]) => {
        return [name, { shape, dtype, values: await data.call(got[name]) }] as const;
      });
      const all = Object.fromEntries(await Promise.all(entries)) as Got;
      tf.dispose(got);
      return all;
    };
    return { cpu: { run, close: () => model.dispose() } };
  }),
);

it.each(Object.entries(refused))('refuses %s by its name, %s', (name, kernel) =>
  expectCaseRefused(name, kernel, 'A graph model of tfjs', (predict, example) => toGraphModel({ predict, example })),
);

describe('a folder', () => {
  let parent = '';
  beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'graph-model-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is written as a whole, and only over another where that is wanted', async () => {
    const [x, folder] = [draw([2, 3], 1), join(parent, 'model')];
    const options = { predict: tf.neg<tf.Tensor>, example: [x] as [tf.Tensor] };
    expect(await exportGraphModel(folder, options)).toEqual({
      inputs: { input: { shape: [-1, 3], dtype: 'float32' } },
      outputs: { output: { shape: [-1, 3], dtype: 'float32' } },
      strings: {},
      fixedBatch: undefined,
    });
    await expectRefused(exportGraphModel(folder, options), 'EXPORT_EXISTS', ['folder must not be there yet', folder]);
    const twice = { predict: (y: tf.Tensor) => tf.mul(y, 2), example: [x] as [tf.Tensor], overwrite: true };
    await exportGraphModel(folder, twice);
    expect(readdirSync(folder).toSorted()).toEqual(['model.json', 'weights.bin']);
    // As a server gives them.
    const fetchFunc = async (path: RequestInfo | URL): Promise<Response> =>
      new Response(readFileSync(join(folder, String(path).split('/').at(-1) as string)));
    const model = await loadGraphModel('http://localhost/model.json', { fetchFunc });
    const { output } = model.predict({ input: x }) as { output: tf.Tensor };
    expect(await output.data()).toEqual(await tf.mul(x, 2).data());
    model.dispose();
    tf.dispose([x, output]);
  });
});

it.each<[string, (x: tf.Tensor) => Promise<unknown>, RegExp]>([
  ['no path', (x) => exportGraphModel('', { predict: tf.neg, example: [x] }), /exportGraphModel: folder must be/],
  ['options that it does not know', (x) => toGraphModel({ predict: tf.neg, example: [x], name: 1 } as never), /name/],
])('refuses %s', async (_, convert, message) => {
  const x = draw([2, 3], 1);
  await expect(convert(x)).rejects.toThrow(message);
  x.dispose();
});
