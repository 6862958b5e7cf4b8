// Bad input of traceStep and trainStep: a coded error that names what is wrong.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Dropout, traceStep, trainStep } from '../src/index.js';

const head = { createEstimatorSpec: (): never => expect.fail('not to be called') };
const right = { network: ({ x }: { x: tf.Tensor }) => x, optimizer: tf.train.sgd(0.1), variables: [] };
type Loose = (...args: unknown[]) => (...args: unknown[]) => unknown;
const [train, trace] = [trainStep as unknown as Loose, traceStep as unknown as Loose];

it.each<[string, () => unknown, RegExp]>([
  ['no options', () => train(head), /^trainStep: network must be a function of the features, got undefined/],
  ['empty options', () => train(head, {}), /^trainStep: network must be a function/],
  ['options that are no object', () => train(head, 3), /options of trainStep must be an object, got/],
  ['a network that is none', () => train(head, { ...right, network: 1 }), /^trainStep: network must be .* got .*1/],
  ['no head', () => train(undefined, right), /^trainStep: head must be a head, got undefined/],
  ['a head that is none', () => train({}, right), /^trainStep: head must be a head, got/],
  ['an optimizer by name', () => train(head, { ...right, optimizer: 'sgd' }), /^trainStep: optimizer must be .*sgd/],
  ['no variables', () => train(head, { ...right, variables: undefined }), /^trainStep: variables must be a list/],
  ['a variable that is none', () => train(head, { ...right, variables: [1] }), /^trainStep: variables\[0\] must be/],
  ['a loss alone', () => train(head, { ...right, regularizationLosses: 1 }), /regularizationLosses must be a list/],
  ['a misspelt name', () => train(head, { ...right, regularisationLosses: [] }), /did you mean 'regularizationLosses'/],
  ['exact as a text', () => train(head, { ...right, exact: 'yes' }), /^trainStep: exact must be true or false, got/],
  [
    'relaxed SIMD as a number',
    () => train(head, { ...right, relaxedSimd: 1 }),
    /^trainStep: relaxedSimd must be true or false, got the number 1\.$/,
  ],
  [
    'relaxed SIMD that is to be exact',
    () => trace(() => 0, { variables: [], exact: true, relaxedSimd: true }),
    /^traceStep: relaxedSimd must not be true where exact is: .* got true for both\.$/,
  ],
  [
    'no threads',
    () => train(head, { ...right, threads: 0 }),
    /^trainStep: threads must be a whole number of 1 to 32, got the number 0\.$/,
  ],
  [
    'half a thread',
    () => train(head, { ...right, threads: 1.5 }),
    /^trainStep: threads must be a whole number of 1 to 32, got the number 1\.5\.$/,
  ],
  [
    'threads as a text',
    () => trace(() => 0, { variables: [], threads: '2' }),
    /^traceStep: threads must be a whole number of 1 to 32, got the string "2"\.$/,
  ],
  [
    'a step without a batch',
    () => train(head, right)(),
    /^trainStep: batch must be an object with features and labels/,
  ],
  ['a batch of null', () => train(head, right)(null), /batch must be an object with features and labels, got null/],
  ['a batch without labels', () => train(head, right)({ features: {} }), /batch must be an object with features/],
  ['traceStep: exact as a text', () => trace(() => 0, { variables: [], exact: 'yes' }), /^traceStep: exact must be/],
  ['traceStep: no options', () => trace(() => 0), /^traceStep: variables must be a list of variables, got undefined/],
  ['traceStep: a misspelt name', () => trace(() => 0, { variable: [] }), /did you mean 'variables'/],
])('refuses %s', (_, call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }));
});

it.each<[unknown, RegExp]>([
  [undefined, /Dropout: rate must be a number from 0 to below 1, got undefined/],
  [{ rate: 1 }, /rate must be a number from 0 to below 1, got.*1/],
  [{ rate: Number.NaN }, /rate must be a number from 0 to below 1, got.*NaN/],
  [{ rate: 0.5, seed: -1 }, /seed must be a whole number from 0 to 2\^53 - 1, got.*-1/],
  [{ rate: 0.5, seed: 'a' }, /seed must be a whole number/],
  [{ rate: 0.5, noise: [] }, /Dropout has no option/],
])('a dropout of %j', (options, message) => {
  const make = Dropout as unknown as new (given: unknown) => unknown;
  expect(() => new make(options)).toThrowError(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  );
});

it('a dropout of what is no tensor, or disposed of', () => {
  const dropout = new Dropout({ rate: 0.5 });
  const x = tf.scalar(1);
  x.dispose();
  expect(() => dropout.apply(x)).toThrowError(expect.objectContaining({ code: 'TENSOR_DISPOSED' }));
  expect(() => dropout.apply(3 as never)).toThrowError(/Dropout: x must be a tensor of numbers, got.*3/);
  expect(() => dropout.apply(tf.tensor(['a']))).toThrowError(/must be a tensor of numbers/);
  expect(() => (dropout.iterations = 0.5)).toThrowError(/iterations must be a whole number from 0 to 2\^48 - 1/);
  expect(dropout.iterations).toBe(0);
});
