import { add, cast, clone, div, equal, mean, squeeze, sum } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Summarize } from '../summaries/summarize.js';

/** What the original tells of a layer. Tags: `<name>/fraction_of_zero_values`, `<name>/activation`. */
export function summarizeLayer(summarize: Summarize | undefined, name: string, values: Tensor): void {
  if (summarize === undefined) return;
  summarize.scalar(`${name}/fraction_of_zero_values`, mean(areZero(values)));
  summarize.histogram(`${name}/activation`, clone(values));
}

/** What the original tells of a linear model. Tags: `bias`, `fraction_of_zero_weights`. The last one of the variables is the bias. */
export function summarizeWeights(summarize: Summarize | undefined, variables: readonly Variable[]): void {
  const bias = variables.at(-1) as Tensor | undefined;
  if (summarize === undefined || bias === undefined) return;
  if (bias.size === 1) summarize.scalar('bias', squeeze(bias));
  else summarize.histogram('bias', clone(bias));
  const weights = variables.slice(0, -1) as Tensor[];
  const size = weights.reduce((total, one) => total + one.size, 0);
  const zeros = weights.map((one) => sum(areZero(one))).reduce((total, one) => add(total, one));
  summarize.scalar('fraction_of_zero_weights', div(zeros, size));
}

function areZero(values: Tensor): Tensor {
  return cast(equal(values, 0), 'float32');
}
