// Programs replace Promise: zone.js does so in Angular, core-js and bluebird on old pages. Async functions go on to return native ones.
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExactSums, Mean, readTensors } from '../src/index.js';
import type { RowSums } from '../src/metrics/accumulator.js';
import { expectHeld, held } from './memory.js';
import { logisticHead, results, ToyHead } from './toy-head.js';

const native = globalThis.Promise;

/** Shares nothing with the native one: neither its prototype nor its `instanceof`. */
class Replaced<T> implements PromiseLike<T> {
  readonly #inner: Promise<T>;
  constructor(executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason: unknown) => void) => void) {
    this.#inner = new native(executor);
  }
  // oxlint-disable-next-line no-thenable
  then<A = T, B = never>(
    onResolve?: ((value: T) => A | PromiseLike<A>) | null,
    onReject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return Replaced.of(this.#inner.then(onResolve, onReject));
  }
  catch(onReject: (reason: unknown) => never): Promise<T> {
    return Replaced.of(this.#inner.catch(onReject));
  }
  finally(run: () => void): Promise<T> {
    return Replaced.of(this.#inner.finally(run));
  }
  static of<V>(inner: PromiseLike<V>): Promise<V> {
    return new Replaced<V>((resolve, reject) => void inner.then(resolve, reject)) as unknown as Promise<V>;
  }
}
for (const name of ['resolve', 'reject', 'all', 'allSettled', 'race', 'any'] as const) {
  Object.assign(Replaced, {
    [name]: (given: unknown) => Replaced.of(Reflect.apply(native[name], native, [given]) as Promise<unknown>),
  });
}

beforeAll(() => {
  globalThis.Promise = Replaced as unknown as PromiseConstructor;
});
afterAll(() => {
  globalThis.Promise = native;
});

/** As a device makes it, which a GPU alone knows. */
const made = (values: readonly number[]): tf.Tensor =>
  tf.tidy(() => tf.mul(tf.tensor2d([...values], [values.length, 1]), 2));

describe('where Promise is replaced', () => {
  it('metrics of what only the device knows are right', async () => {
    const head = new ToyHead({ weightColumn: 'w' });
    const [logits, labels, w] = [
      made([0.5, 1, -1, 2]),
      tf.tensor2d([[1], [2], [3], [4]]),
      tf.tensor2d([[1], [0], [2], [1]]),
    ];
    const before = held();
    const metrics = head.metrics();
    for (let i = 0; i < 2; i++) head.updateMetrics(metrics, { w }, logits, labels);
    expect(await results(metrics)).toEqual({ average_loss: (0 + 2 * 25 + 0) / 4, 'label/mean': (1 + 6 + 4) / 4 });
    await expectHeld(before);
    tf.dispose([logits, labels, w]);
  });

  it('an evaluation spec has its metrics', async () => {
    const labels = tf.ones([4, 1]);
    const spec = new ToyHead().createEstimatorSpec({ mode: 'eval', labels, logits: () => made([0.5, 0.5, 0.5, 0.5]) });
    expect(await results(spec.evalMetricOps)).toEqual({ average_loss: 0, 'label/mean': 1 });
    spec.dispose();
    labels.dispose();
  });

  it('errors that only the device knows still come', async () => {
    const head = logisticHead();
    const [labels, logits] = [made([0.75]), tf.zeros([1, 1])];
    const codeOf = async (run: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await run();
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(await codeOf(async () => head.loss(labels, logits).data())).toBe('LABELS_RANGE');
    expect(await codeOf(async () => results(head.updateMetrics(head.metrics(), undefined, logits, labels)))).toBe(
      'LABELS_RANGE',
    );
    tf.dispose([labels, logits]);
  });

  it('readTensors reads, and a metric takes a read of any make', async () => {
    const tensors = { a: made([0.5, 0.5]), b: tf.tensor1d([3]) };
    const read = await readTensors(tensors);
    expect(Object.values(read).map(({ values }) => Array.from(values))).toEqual([[1, 1], [3]]);
    const mean = new Mean();
    const row = (value: number): RowSums => {
      const sums = new ExactSums(2);
      [value, 1].forEach((term, index) => sums.add(index, term));
      return { rows: 1, sums };
    };
    mean.receive(Replaced.of(native.resolve(row(4))));
    // oxlint-disable-next-line no-thenable
    mean.receive({ then: (done: (sums: RowSums) => unknown) => done(row(6)) } as PromiseLike<RowSums>);
    expect(await mean.result()).toBe(5);
    tf.dispose(tensors);
  });

  it('is a test of something', () => {
    expect((async () => undefined)() instanceof Promise).toBe(false);
  });
});
