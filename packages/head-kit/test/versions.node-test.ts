// Two versions of this package in one program: there is one engine, and kernels are found by their names.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import { dispose, setBackend, tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import * as ours from '../src/index.js';

type Kit = typeof ours;

/**
 * An older version: its kernels have another attribute, and its squared error is twice as large.
 *
 * @param age By how much the version of the contract is lower.
 */
async function olderVersion(age: number): Promise<Kit> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    external: ['@tensorflow/*'],
    plugins: [
      {
        name: 'older',
        setup: ({ onLoad }) =>
          onLoad({ filter: /head-kit.src.*\.ts$/ }, ({ path }) => ({
            loader: 'ts',
            contents: readFileSync(path, 'utf8')
              .replaceAll(/\bdivisor\b/g, 'oldDivisor')
              .replace(/const VERSION = (\d+);/, (_, own: string) => `const VERSION = ${Number(own) - age};`)
              .replace('out.loss = difference * difference;', 'out.loss = 2 * difference * difference;')
              .replace('out.derivative = 2 * difference;', 'out.derivative = 4 * difference;'),
          })),
      },
    ],
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', outputFiles[0]?.text as string)(
    module,
    module.exports,
    createRequire(import.meta.url),
  );
  return module.exports as Kit;
}

/** The loss of labels 1 and 2, logits 2 and 4 and weights 1 and 3, and its gradient. */
async function lossBy({ squaredError, weightedLoss }: Kit, older: boolean): Promise<number[]> {
  const inputs = { logits: tensor([[2], [4]]), labels: tensor([[1], [2]]), weights: tensor([[1], [3]]) };
  const attributes = { loss: squaredError, [older ? 'oldDivisor' : 'divisor']: 2 } as never;
  const { value, grad } = valueAndGrad((logits: Tensor) => weightedLoss({ ...inputs, logits }, attributes))(
    inputs.logits,
  );
  const numbers = [...(await value.data()), ...(await grad.data())];
  dispose([value, grad, ...Object.values(inputs)]);
  return numbers;
}

beforeAll(() => setBackend('cpu'));

describe('two versions of head-kit in one program', () => {
  it('are both right, whichever comes first', async () => {
    const older = await olderVersion(1);
    expect(await lossBy(older, true)).toEqual([13, 2, 12]);
    expect(await lossBy(ours, false)).toEqual([6.5, 1, 6]);
    expect(await lossBy(older, true)).toEqual([13, 2, 12]);
  });

  it('would not be, if their kernels had the same names', async () => {
    const same = await olderVersion(0);
    expect(await lossBy(same, true)).not.toEqual([13, 2, 12]);
  });

  it("know each other's errors that only a device knows", async () => {
    const older = await olderVersion(1);
    const error = ours.headError('LABELS_RANGE', 'Labels must be in range [0, 1].');
    const loss = older.rejectReads(tensor(1), [Promise.resolve(error)]);
    const sum = ours.sumOfScalars([loss as never]);
    await expect(sum.data()).rejects.toBe(error);
    dispose([loss, sum]);
  });
});
