import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { zeros } from '@tensorflow/tfjs-core';

/** What compares, joins truths or draws: small changes of its inputs change nothing. Of this kind tfjs has GreaterEqual, IsNan and ArgMax alone. */
const inputsOf: Readonly<Record<string, readonly string[]>> = {
  Greater: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  Equal: ['a', 'b'],
  NotEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalOr: ['a', 'b'],
  LogicalNot: ['x'],
  Any: ['x'],
  All: ['x'],
  Multinomial: ['logits'],
};

export const constantGradients: readonly GradConfig[] = Object.entries(inputsOf).map(([kernelName, inputs]) => ({
  kernelName,
  inputsToSave: [...inputs],
  gradFunc: (_, saved) => noSlope(inputs, saved),
}));

/** Zero for each of the inputs. */
export function noSlope(inputs: readonly string[], saved: readonly Tensor[]): Record<string, () => Tensor> {
  return Object.fromEntries(inputs.map((name, i) => [name, () => zeros((saved[i] as Tensor).shape)]));
}
