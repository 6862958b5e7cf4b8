import { util } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkLive, describeValue, headError, isMap, isTensor, listOf, quote, shapeText } from '@tfjs-heads/head-kit';
import { liveVariable } from './match-names.js';

/** A gradient by the name of its variable; one that there is none of is `null` or missing. */
export interface NamedGradient {
  readonly name: string;
  readonly tensor: Tensor | null | undefined;
}

/** A variable that is to be updated, and its gradient. */
export interface Update {
  readonly variable: Variable;
  readonly gradient: Tensor;
}

/**
 * The updates that gradients ask for, all of them checked before the first is made.
 *
 * @returns With the names of all variables, also of those that have no gradient.
 * @throws GRADIENTS_INVALID, TENSOR_DISPOSED, TENSOR_FOREIGN
 */
export function checkGradients(
  optimizer: string,
  given: unknown,
): { readonly names: readonly string[]; readonly updates: readonly Update[] } {
  const list = listOf(given) ?? (isMap(given) ? entriesOf(given) : undefined);
  if (list === undefined) {
    throw invalid(
      `${optimizer}: gradients must be a map from the names of variables to tensors, or a list of { name, tensor }, got ${describeValue(given)}.`,
    );
  }
  const names = new Set<string>();
  const updates = list.flatMap((entry, index): readonly Update[] => {
    const { name, tensor } = checkEntry(optimizer, entry, index);
    if (names.has(name))
      throw invalid(`${optimizer}: each variable must have one gradient, got two of ${quote(name)}.`);
    names.add(name);
    return tensor === null || tensor === undefined ? [] : [checkGradient(optimizer, name, tensor)];
  });
  if (updates.length === 0 && list.length > 0) {
    throw invalid(
      `${optimizer}: at least one of the variables ${[...names].slice(0, 10).map(quote).join(', ')} must have a gradient, got none.`,
    );
  }
  return { names: [...names], updates };
}

const invalid = (message: string): Error => headError('GRADIENTS_INVALID', message);

function entriesOf(map: Readonly<Record<string, unknown>>): readonly { name: string; tensor: unknown }[] {
  return Object.entries(map).map(([name, tensor]) => ({ name, tensor }));
}

function checkEntry(optimizer: string, entry: unknown, index: number): { name: string; tensor: unknown } {
  if (isMap(entry) && typeof entry['name'] === 'string') return { name: entry['name'], tensor: entry['tensor'] };
  throw invalid(`${optimizer}: gradients[${index}] must be { name, tensor }, got ${describeValue(entry)}.`);
}

function checkGradient(optimizer: string, name: string, gradient: unknown): Update {
  const variable = liveVariable(name);
  const whose = `${optimizer}: the gradient of ${quote(name)}`;
  if (variable === undefined)
    throw invalid(`${whose} must be that of a live variable, got a name that no variable has.`);
  checkLive(`${optimizer}: the variable ${quote(name)}`, variable);
  if (variable.dtype !== 'float32')
    throw invalid(
      `${optimizer}: the variable ${quote(name)} must be of dtype float32, got ${describeValue(variable)}.`,
    );
  const expected = `a float32 tensor of shape ${shapeText(variable.shape)}`;
  if (!isTensor(gradient)) throw invalid(`${whose} must be ${expected}, got ${describeValue(gradient)}.`);
  checkLive(whose, gradient);
  if (gradient.dtype !== 'float32' || !util.arraysEqual(gradient.shape, variable.shape))
    throw invalid(`${whose} must be ${expected}, got ${describeValue(gradient)}.`);
  return { variable, gradient };
}
