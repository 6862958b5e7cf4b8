import { train, type Optimizer } from '@tensorflow/tfjs-core';
import { optimizerSettings, type OptimizerName } from '@tfjs-heads/reference';
import type { GoldenTraining } from '../../goldens/format.js';

/** Makes the optimizer of a golden, with every setting given. */
export function optimizerOf({ name, settings }: GoldenTraining['optimizer']): Optimizer {
  const make = train[name as 'sgd'] as (...given: unknown[]) => Optimizer;
  return make(...optimizerSettings[name as OptimizerName].map((setting) => settings[setting]));
}
