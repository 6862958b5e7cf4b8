// Options, progress and abort of startBackend, on toy backends.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { expect, inject, test } from 'vitest';
import { headWorkload, startBackend, type HeadWorkload, type StartOptions, type StartProgress } from '../src/index.js';
import { slowBy } from './toy-backends.js';
import { useToys } from './use-toys.js';

const toy = useToys();

async function refusal(options: unknown): Promise<string> {
  const backend = tf.getBackend();
  const error = await startBackend(options as StartOptions).catch(
    (reason: { code: string; message: string }) => reason,
  );
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(tf.getBackend()).toBe(backend);
  return (error as unknown as Error).message;
}

test.each([
  [{ timeLimt: 5 }, 'there is no option "timeLimt"; did you mean timeLimit?'],
  [{ allowed: ['cpu'] }, 'there is no option "allowed"; did you mean allow?'],
  [{ Prefer: ['cpu'] }, 'did you mean prefer?'],
  [{ selftest: false }, 'did you mean selfTest?'],
  [{ repairs: false }, 'did you mean repair?'],
  [{ batch: 3 }, 'there is no option "batch"; there are prefer, allow, workload'],
  [{ constructor: 1 }, 'there is no option "constructor"'],
  [JSON.parse('{"__proto__": 1}'), 'there is no option "__proto__"'],
  [{ ['x'.repeat(5_000)]: 1 }, 'there is no option "xxx'],
  [{ prefer: 'wasm' }, 'prefer: expected an array of names, got "wasm"'],
  [{ allow: [1] }, 'allow: expected an array of names, got an array of 1'],
  [{ workload: { run: () => 1 } }, 'workload: expected a function, got an object'],
  [{ timeLimit: '5' }, 'timeLimit: expected milliseconds above 0, got "5"'],
  [{ timeLimit: 0 }, 'got 0'],
  [{ timeLimit: Number.NaN }, 'got NaN'],
  [{ timeLimit: 5n }, 'got 5'],
  [{ selfTest: 'no' }, 'selfTest: expected true or false, got "no"'],
  [{ repair: null }, 'repair: expected true or false, got null'],
  [{ onProgress: true }, 'onProgress: expected a function, got true'],
  [{ signal: new AbortController() }, 'signal: expected an AbortSignal, got an object'],
  [{ signal: Symbol('s') }, 'signal: expected an AbortSignal, got Symbol(s)'],
  [null, 'expected an object of options, got null'],
  ['wasm', 'expected an object of options, got "wasm"'],
  [['wasm'], 'expected an object of options, got an array of 1'],
])('startBackend(%o) is refused', async (options, message) => {
  const said = await refusal(options);
  expect(said).toContain(message);
  expect(said.length).toBeLessThan(500);
});

test('undefined is the default', async () => {
  const undefinedAll = {
    prefer: undefined,
    workload: undefined,
    timeLimit: undefined,
    selfTest: undefined,
    repair: undefined,
    onProgress: undefined,
    signal: undefined,
  };
  expect((await startBackend({ ...undefinedAll, allow: [toy('a')] })).name).toBe('a');
});

test.each([[Infinity], [2 ** 31], [1e12]])('a time limit of %d is none', async (timeLimit) => {
  expect((await startBackend({ allow: [toy('a')], timeLimit })).name).toBe('a');
});

test('a name that is nearly one is a reason that says so, and names of properties of every object are no backends', async () => {
  const allow = ['wsam', 'WebGL', 'constructor', '__proto__', 'toString'];
  const error = (await startBackend({ allow }).catch((reason: unknown) => reason)) as Error;
  expect(error.message).toContain("wsam: no backend is registered as 'wsam'; did you mean 'wasm'?");
  expect(error.message).toContain("WebGL: no backend is registered as 'WebGL'; did you mean 'webgl'?");
  for (const name of ['constructor', '__proto__', 'toString'])
    expect(error.message).toContain(`${name}: no backend is registered as '${name}'`);
});

const head: HeadWorkload['head'] = {
  logitsDimension: 1,
  loss: (labels, logits) => tf.mean(tf.squaredDifference(labels as tf.Tensor, logits as tf.Tensor)) as tf.Scalar,
};

test.each([
  [
    { head, batch: () => {}, hiddenUnit: [3] },
    'headWorkload: there is no option "hiddenUnit"; did you mean hiddenUnits?',
  ],
  [{ head }, 'headWorkload: batch: expected a function, got undefined'],
  [{ batch: () => {} }, 'headWorkload: head: expected a head, got undefined'],
  [{ head, batch: () => {}, hiddenUnits: [0.5] }, 'hiddenUnits: expected an array of whole numbers above 0'],
  [undefined, 'headWorkload: expected an object of options, got undefined'],
])('headWorkload(%o) is refused', (options, message) => {
  expect(() => headWorkload(options as unknown as HeadWorkload)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
  );
});

test.each([
  [() => undefined, 'batch().inputs: expected a float32 tensor [batch, features], got undefined'],
  [() => Promise.resolve({}), 'got undefined'],
  [() => ({ inputs: [[1]], labels: [1] }), 'got an array of 1'],
  [() => ({ inputs: tf.ones([2]), labels: tf.ones([2]) }), 'got float32 of shape [2]'],
  [() => ({ inputs: tf.ones([2, 2], 'int32'), labels: tf.ones([2, 1]) }), 'got int32 of shape [2, 2]'],
])('a batch that is none is a reason', async (batch, message) => {
  const workload = headWorkload({ head, batch: batch as unknown as HeadWorkload['batch'] });
  const error = (await startBackend({ allow: [toy('a')], workload }).catch((reason: unknown) => reason)) as Error;
  expect(error.message).toContain(message);
});

test.each([
  [() => undefined, 'expected that it returns { run, dispose? }, got undefined'],
  [() => ({ run: 1 }), 'expected that it returns { run, dispose? }, got an object'],
  [() => ({ run: () => undefined }), 'expected that run() returns its loss, a tensor or a number, got undefined'],
  [() => ({ run: async () => [1, 2] }), 'got an array of 2'],
])('a workload that is none is a reason', async (workload, message) => {
  const error = (await startBackend({ allow: [toy('a')], workload: workload as never }).catch(
    (reason: unknown) => reason,
  )) as Error;
  expect(error.message).toContain(message);
});

test('progress is told phase by phase', async () => {
  const events: StartProgress[] = [];
  const fails = (): never => {
    throw new Error('lost device');
  };
  await startBackend({ allow: [toy('a'), toy('b', { start: fails })], onProgress: (event) => events.push(event) });
  expect(events.map(({ name, phase, done, count }) => `${name} ${phase} ${done}/${count}`)).toEqual([
    'a loading 0/2',
    'a starting 0/2',
    'a repairing 0/2',
    'a testing 0/2',
    'a measuring 0/2',
    'a done 1/2',
    'b loading 1/2',
    'b starting 1/2',
    'b done 2/2',
  ]);
  expect(events.at(-1)?.report).toMatchObject({ status: 'failed', reason: 'lost device' });
});

test('what onProgress throws ends the call', async () => {
  const before = tf.memory().numTensors;
  const call = startBackend({
    allow: [toy('a'), toy('b')],
    onProgress: ({ phase }) => {
      if (phase === 'measuring') throw new Error('no such element');
    },
  });
  await expect(call).rejects.toThrow('no such element');
  expect(tf.getBackend()).toBe(inject('backend'));
  expect(tf.memory().numTensors).toBe(before);
});

const reason = { why: 'the page is left' };

test.each(['loading', 'starting', 'repairing', 'testing', 'measuring', 'done'])(
  'aborted while %s, it rejects with the reason and the engine has the backend it had',
  async (when) => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const onProgress = ({ phase }: StartProgress): void => {
      if (phase === when) controller.abort(reason);
    };
    await expect(startBackend({ allow: [toy('a'), toy('b')], onProgress, signal: controller.signal })).rejects.toBe(
      reason,
    );
    expect(tf.getBackend()).toBe(inject('backend'));
    await new Promise((resolve) => setTimeout(resolve, 100)); // What was running looks, and ends.
    expect(tf.memory().numTensors).toBe(before);
    expect((await startBackend({ allow: ['b'] })).name).toBe('b');
  },
);

test.each(['a step that never ends', 'a start that never ends', 'a wait in the queue', 'an aborted signal'])(
  'it does not wait for %s',
  async (what) => {
    const controller = new AbortController();
    const never = (): Promise<never> => new Promise(() => {});
    const first =
      what === 'a wait in the queue'
        ? startBackend({ allow: [toy('first', { start: never })], timeLimit: 1_000 }).catch(() => {})
        : undefined;
    if (what === 'an aborted signal') controller.abort(reason);
    else setTimeout(() => controller.abort(reason), 50);
    const call = startBackend({
      allow: [toy('a', what === 'a start that never ends' ? { start: never } : {})],
      signal: controller.signal,
      timeLimit: Infinity,
      ...(what === 'a step that never ends' && { workload: () => ({ run: never }) }),
    });
    await expect(call).rejects.toBe(reason);
    expect(tf.getBackend()).toBe(inject('backend'));
    await first;
    expect((await startBackend({ allow: [toy('b')] })).name).toBe('b');
  },
);

test('a signal of another realm will do', async () => {
  const { signal } = new AbortController();
  const other = {
    aborted: false,
    reason: undefined,
    addEventListener: signal.addEventListener.bind(signal),
    removeEventListener: signal.removeEventListener.bind(signal),
  };
  expect((await startBackend({ allow: [toy('a')], signal: other as unknown as AbortSignal })).name).toBe('a');
});

test('an abort that a timer raises is heard in the midst of quick steps', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  const call = startBackend({
    allow: [toy('a', { replace: { Mean: slowBy(10) } }), toy('b', { replace: { Mean: slowBy(10) } })],
    signal: controller.signal,
    selfTest: false,
  });
  await expect(call).rejects.toBe(reason);
});
