import {
  abs,
  add,
  div,
  equal,
  greater,
  less,
  maximum,
  mul,
  neg,
  pow,
  relu,
  scalar,
  sign,
  sqrt,
  sub,
  where,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Arithmetic, UpdateAttributes } from './update-rule.js';

/** What an update reads, by name: `variable`, `gradient`, the slots, and maybe `scale`. */
export type UpdateInputs<T> = Readonly<Record<string, T>> & { readonly variable: T; readonly gradient: T };

/** The new values, the variable's first, then the slots' in their order. */
export type UpdateOutputs<T> = readonly [variable: T, ...slots: T[]];

/** An update in any arithmetic: clipping and decay, as Keras has them, and then the rule. */
export function compose<T>(
  on: Arithmetic<T>,
  inputs: UpdateInputs<T>,
  { rule, scalars }: Pick<UpdateAttributes, 'rule' | 'scalars'>,
  number: (name: string) => T,
): UpdateOutputs<T> {
  const { variable, gradient, scale } = inputs;
  const scaled = scale === undefined ? gradient : on.mul(gradient, scale);
  const from = {
    ...inputs,
    variable: scalars['decay'] === 0 ? variable : on.sub(variable, on.mul(variable, number('decay'))),
    gradient: scalars['clipvalue'] === Infinity ? scaled : on.clip(scaled, number('clipvalue')),
  };
  const to = rule.compose(on, from, Object.fromEntries(rule.scalars.map((name) => [name, number(name)])));
  return [to['variable'] as T, ...rule.slots.map((name) => to[name] as T)];
}

/** Of whole tensors, by tfjs' ops. */
const onTensors: Arithmetic<Tensor> = {
  add,
  sub,
  mul,
  div,
  sqrt,
  abs,
  max: maximum,
  relu,
  sign: (a) => where(equal(a, a), sign(a), a), // tfjs' kernels take NaN for 0
  pow,
  clip: (a, limit) => where(greater(a, limit), limit, where(less(a, neg(limit)), neg(limit), a)),
};

/** The update of ops: for a backend that has no better, and for native TensorFlow where its kernels, on all cores, win. */
export function composedUpdate(
  inputs: UpdateInputs<Tensor>,
  attributes: Pick<UpdateAttributes, 'rule' | 'scalars'>,
): UpdateOutputs<Tensor> {
  return compose(onTensors, inputs, attributes, (name) => scalar(attributes.scalars[name] as number));
}
