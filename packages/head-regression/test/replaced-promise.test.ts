// Programs replace Promise: zone.js does so in Angular, core-js and bluebird on old pages. Async functions go on to return native ones.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { readTensors, Mean } from '@tfjs-heads/head-kit';
import { LogisticRegressionHead, RegressionHead } from '@tfjs-heads/head-regression';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectHeld, held } from './support/backend.js';
import { made } from './support/device.js';
import { expect } from './support/expect.js';
import { results } from './support/heads.js';

const native = globalThis.Promise;

/** Shares nothing with the native one: neither its prototype nor its `instanceof`. */
class Replaced<T> implements PromiseLike<T> {
  readonly #inner: Promise<T>;
  constructor(executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason: unknown) => void) => void) {
    this.#inner = new native(executor);
  }
  // oxlint-disable-next-line no-thenable
  then<A = T, B = never>(onResolve?: ((value: T) => A | PromiseLike<A>) | null, onReject?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
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
  static resolve = (value: unknown): unknown => Replaced.of(native.resolve(value));
  static reject = (reason: unknown): unknown => Replaced.of(native.reject(reason));
  static all = (list: Iterable<unknown>): unknown => Replaced.of(native.all(list));
  static allSettled = (list: Iterable<unknown>): unknown => Replaced.of(native.allSettled(list));
  static race = (list: Iterable<unknown>): unknown => Replaced.of(native.race(list));
  static any = (list: Iterable<unknown>): unknown => Replaced.of(native.any(list));
}

beforeAll(() => {
  globalThis.Promise = Replaced as unknown as PromiseConstructor;
});
afterAll(() => {
  globalThis.Promise = native;
});

describe('where Promise is replaced', () => {
  it('metrics of what only the device knows are right', async () => {
    const head = new RegressionHead({ weightColumn: 'w' });
    const { tensor: logits, values } = await made(() => tf.exp(tf.tensor2d([0, 1, -1, 0.5], [4, 1])));
    const [labels, w] = [tf.tensor2d([1, 2, 3, 4], [4, 1]), tf.tensor2d([1, 0, 2, 0.5], [4, 1])];
    const before = held();
    const metrics = head.metrics();
    for (let i = 0; i < 2; i++) head.updateMetrics(metrics, { w }, logits, labels);
    const weights = [1, 0, 2, 0.5];
    const mean = (of: (x: number, i: number) => number): number => values.reduce((sum, x, i) => sum + of(x, i) * (weights[i] ?? NaN), 0) / 3.5;
    const { average_loss, 'prediction/mean': prediction, 'label/mean': label } = await results(metrics);
    expect([average_loss, prediction, label]).toBeNear([mean((x, i) => (x - i - 1) ** 2), mean((x) => x), mean((_, i) => i + 1)]);
    await expectHeld(before);
    tf.dispose([logits, labels, w]);
  });

  it('an evaluation spec has its metrics', async () => {
    const head = new RegressionHead();
    const labels = tf.ones([4, 1]);
    const spec = head.createEstimatorSpec({ mode: 'eval', labels, logits: () => tf.exp(tf.zeros([4, 1])) });
    expect(await results(spec.evalMetricOps)).toEqual({ average_loss: 0, 'prediction/mean': 1, 'label/mean': 1 });
    spec.dispose();
    labels.dispose();
  });

  it('errors that only the device knows still come', async () => {
    const head = new LogisticRegressionHead();
    const { tensor: labels } = await made(() => tf.exp(tf.ones([4, 1])));
    const logits = tf.zeros([4, 1]);
    const refused = async (run: () => Promise<unknown>): Promise<unknown> => {
      try {
        return await run();
      } catch (error) {
        return (error as { code?: string }).code;
      }
    };
    expect(await refused(async () => head.loss(labels, logits).data())).toBe('LABELS_RANGE');
    expect(await refused(async () => results(head.updateMetrics(head.metrics(), undefined, logits, labels)))).toBe('LABELS_RANGE');
    tf.dispose([labels, logits]);
  });

  it('readTensors reads, and a metric takes a read of any make', async () => {
    const [a, b] = [tf.tidy(() => tf.exp(tf.zeros([2]))), tf.tensor1d([3])];
    const read = await readTensors({ a, b });
    expect([...Array.from(read['a']?.values ?? []), ...Array.from(read['b']?.values ?? [])]).toEqual([1, 1, 3]);
    const mean = new Mean();
    mean.receive(Replaced.of(native.resolve([4, 1])));
    // oxlint-disable-next-line no-thenable
    mean.receive({ then: (done: (sums: number[]) => unknown) => done([6, 1]) } as PromiseLike<number[]>);
    expect(await mean.result()).toBe(5);
    tf.dispose([a, b]);
  });

  it('is a test of something', () => {
    expect((async () => undefined)() instanceof Promise).toBe(false);
  });
});
