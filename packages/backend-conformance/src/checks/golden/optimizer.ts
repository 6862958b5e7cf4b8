import { train, type Optimizer } from '@tensorflow/tfjs-core';
import type { GoldenTraining } from '../../goldens/format.js';

/** The settings in the order of the arguments of `tf.train`. */
const settingsOf: Readonly<Record<string, readonly string[]>> = {
  sgd: ['learningRate'],
  momentum: ['learningRate', 'momentum', 'useNesterov'],
  adagrad: ['learningRate', 'initialAccumulatorValue'],
  adadelta: ['learningRate', 'rho', 'epsilon'],
  adam: ['learningRate', 'beta1', 'beta2', 'epsilon'],
  adamax: ['learningRate', 'beta1', 'beta2', 'epsilon', 'decay'],
  rmsprop: ['learningRate', 'decay', 'momentum', 'epsilon', 'centered'],
};

/** Makes the optimizer of a golden, with every setting given. */
export function optimizerOf({ name, settings }: GoldenTraining['optimizer']): Optimizer {
  const names = settingsOf[name];
  if (names === undefined || names.some((each) => settings[each] === undefined)) {
    throw new Error(`tf.train.${name} with ${JSON.stringify(settings)}: expected all of ${String(names)}.`);
  }
  const make = train[name as 'sgd'] as (...given: unknown[]) => Optimizer;
  return make(...names.map((each) => settings[each]));
}
