// Whatever is thrown, wherever, becomes a reason of one line.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { formatReport, startBackend, type CandidateReport, type NoBackendError } from '../src/index.js';
import { useToys } from './use-toys.js';

const toy = useToys();

const hostile = (): object =>
  Object.defineProperty({}, 'message', {
    get() {
      throw new Error('from the getter');
    },
  });
const things: Record<string, [thrown: unknown, reason: string]> = {
  'an error': [new Error('lost device'), 'lost device'],
  'an error of many pages': [
    new Error(`\n\n  ${'Not found: libcudart.so.12 '.repeat(500)}\nadvice\nadvice`),
    'Not found: libcudart.so.12',
  ],
  'an error without a message': [new TypeError(), 'TypeError'],
  'an error with escape sequences': [new Error('\u001B[31mred\u001B[0m\rover'), '[31mred [0m'],
  'a string': ['out of memory', 'out of memory'],
  nothing: [undefined, 'undefined'],
  null: [null, 'null'],
  'a number': [7, '7'],
  'a BigInt': [7n, '7'],
  'a symbol': [Symbol('lost'), 'Symbol(lost)'],
  'an object with a message': [{ message: 'no binary' }, 'no binary'],
  'an object with another': [{ message: { deep: 1 }, code: 3 }, '{"message":{"deep":1},"code":3}'],
  'an object without a prototype': [Object.create(null), '{}'],
  'an object that throws when it is read': [hostile(), 'something that cannot be read was thrown'],
  'a proxy that has been revoked': [
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    })(),
    'something that cannot be read was thrown',
  ],
  'an object that refers to itself': [
    (() => {
      const loop: Record<string, unknown> = {};
      loop['self'] = loop;
      return loop;
    })(),
    'something that cannot be read was thrown',
  ],
  'a function': [() => 1, 'thrown'],
  'an empty string': ['', 'something without a message was thrown'],
};

const places: Record<string, (thrown: unknown) => Promise<NoBackendError>> = {
  'the start': (thrown) => attempt({ start: () => Promise.reject(thrown) }),
  'the start, at once': (thrown) =>
    attempt({
      start: () => {
        throw thrown;
      },
    }),
  'the workload': (thrown) =>
    attempt({}, () => {
      throw thrown;
    }),
  'a step': (thrown) =>
    attempt({}, () => ({
      run: () => {
        throw thrown;
      },
    })),
  'a step, later': (thrown) => attempt({}, () => ({ run: () => Promise.reject(thrown) })),
  'the end of a step': (thrown) =>
    attempt({}, () => ({
      run: () => 1,
      dispose: () => {
        throw thrown;
      },
    })),
  'a kernel': (thrown) =>
    attempt({
      replace: {
        Softplus: () => () => {
          throw thrown;
        },
      },
    }),
};

async function attempt(options: Parameters<typeof toy>[1], workload?: () => never): Promise<NoBackendError>;
async function attempt(options: Parameters<typeof toy>[1], workload?: unknown): Promise<NoBackendError>;
async function attempt(options: Parameters<typeof toy>[1], workload?: unknown): Promise<NoBackendError> {
  return startBackend({
    allow: [toy('toy', options)],
    ...(workload !== undefined && { workload: workload as never }),
  }).then(
    () => expect.fail('it was chosen'),
    (error: unknown) => error as NoBackendError,
  );
}

for (const [place, fail] of Object.entries(places)) {
  test(`thrown by ${place}`, async () => {
    for (const [what, [thrown, reason]] of Object.entries(things)) {
      const before = tf.memory().numTensors;
      const error = await fail(thrown);
      expect(error.code, what).toBe('NO_BACKEND');
      const [report] = error.candidates;
      expect(report?.reason, what).toContain(reason === 'thrown' ? '' : reason);
      expect(report?.reason, what).toMatch(/^[^\n\r]{1,250}$/);
      expect(report?.reason, what).not.toMatch(/\p{Cc}/u);
      expect(tf.memory().numTensors, what).toBe(before);
      tf.removeBackend('toy');
      for (const { kernelName } of tf.getKernelsForBackend('toy')) tf.unregisterKernel(kernelName, 'toy');
    }
  });
}

test('the table stays within 100 columns', () => {
  const bare: CandidateReport = {
    name: 'cpu',
    status: 'chosen',
    reason: undefined,
    repairs: [],
    selfTest: undefined,
    milliseconds: 1.5,
  };
  const worst = { golden: 'embedding gradient', used: 1.23456e38, failure: 'x' };
  const table = formatReport([
    bare,
    {
      ...bare,
      name: 'a-backend-of-somebody-with-a-long-name'.repeat(4),
      status: 'unmeasurable',
      reason: 'words that go on '.repeat(12).trim(),
      selfTest: { passed: true, unit: 1, worst, results: [] },
      milliseconds: 123_456.789,
    },
    {
      ...bare,
      name: 'wasm',
      status: 'rejected',
      reason: 'a'.repeat(199),
      selfTest: { passed: false, unit: 1, worst: { ...worst, used: Infinity }, results: [] },
    },
  ]);
  console.log(table);
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(table).toContain('words that go on');
  expect(table.replaceAll(/\s/g, '')).toContain('a'.repeat(199));
});
