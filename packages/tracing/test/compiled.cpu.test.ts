import * as tf from '@tensorflow/tfjs-core';
import { random } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { bothWays } from './compiled-support.js';
import { Dropout } from '../src/index.js';
import { randomOps, sizeBy } from './random-ops.js';

/** How many programs there are. */
const COUNT = Number((typeof process === 'undefined' ? undefined : process.env['COMPILED_PROGRAMS']) ?? 200);

it('gives random programs of up to eight operations as the kernels do, in shapes of 1 to 70', () => {
  const names = Object.keys(randomOps);
  const wrong: string[] = [];
  for (let program = 0; program < COUNT; program++) {
    const next = random(program + 1);
    const shape = Array.from({ length: 1 + Math.floor(next() * 3) }, () => sizeBy(next));
    if (shape.length === 3) shape[0] = 1 + ((shape[0] as number) % 5);
    const args = [tf.randomNormal(shape, 0, 1, 'float32', program + 1)];
    const chosen = Array.from({ length: 2 + Math.floor(next() * 7) }, (_, index) =>
      index === 0 ? (names[program % names.length] as string) : (names[Math.floor(next() * names.length)] as string),
    );
    // The same choices in each run.
    const seed = Math.floor(next() * 1e6);
    const held: tf.Tensor[] = [];
    const dropout = new Dropout({ rate: 0.3, seed });
    const run = (x: tf.Tensor): tf.Tensor[] => {
      const again = random(seed + 1);
      let made = x;
      let at = 0;
      let isDropped = false;
      const results: tf.Tensor[] = [];
      for (const name of chosen) {
        const other = (of: number[]): tf.Tensor => {
          const tensor = held[at] ?? tf.keep(tf.randomNormal(of, 0, 1, 'float32', seed + at));
          held[at++] = tensor;
          return tensor;
        };
        made = randomOps[name]?.(made, {
          other,
          fixed: other,
          edge: (tensor) => tensor,
          drop: (tensor) => (isDropped ? tensor : ((isDropped = true), dropout.apply(tensor))), // once in a step
          next: again,
        }) as tf.Tensor;
        if (made.size > 20_000) made = tf.mean(made, 0);
        if (made.rank === 0) made = tf.reshape(made, [1]);
        if (again() < 0.4) results.push(made);
      }
      return [...results, made];
    };
    tf.tidy(() => void run(args[0] as tf.Tensor)); // makes what is held
    try {
      const { eager, compiled } = bothWays(run as never, args);
      for (const [index, values] of eager.entries()) {
        const other = compiled[index] as ArrayLike<number>;
        let largest = 0;
        for (const value of Array.from(values)) largest = Math.max(largest, Math.abs(value));
        const at = Array.from(values).findIndex(
          (value, i) => !(Math.abs(value - (other[i] as number)) <= 2e-5 * largest + 1e-6),
        );
        if (at >= 0 || values.length !== other.length)
          wrong.push(
            `${program} [${shape}] ${chosen.join()}: result ${index} at ${at}: ${other[at]}, expected ${values[at]}`,
          );
      }
    } catch (error) {
      wrong.push(`${program} [${shape}] ${chosen.join()}: ${(error as Error).message}`);
    }
    tf.dispose([...args, ...held]);
  }
  expect(wrong).toEqual([]);
});
