import { argMax, expandDims } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { quote } from '../checks/describe.js';
import { headError } from '../error.js';
import { backendOf, hostMemory } from '../host-memory.js';
import { decaysOf } from '../losses/fast-exp.js';
import { type HostQuantity, plainName, type Quantities } from './host-batch.js';

/** Another quantity under a name of its own. */
export function sameAs(name: string): HostQuantity {
  return { of: [name], compute: (batch) => batch.get(name) };
}

/** A function of each number of another quantity, such as the predictions of a known link. */
export function fromEach(name: string, map: (value: number) => number): HostQuantity {
  return {
    of: [name],
    compute(batch) {
      const { values, shape } = batch.get(name);
      const mapped = batch.room(values.length);
      for (let i = 0; i < mapped.length; i++) mapped[i] = map(values[i] as number);
      return { values: mapped, shape };
    },
  };
}

/** The probabilities of log odds: `1 / (1 + exp(-x))` of each number of another quantity. */
export function logistic(name: string): HostQuantity {
  return {
    of: [name],
    compute(batch) {
      const { values, shape } = batch.get(name);
      const probabilities = batch.room(values.length);
      fillProbabilities(probabilities, values, decaysOf(batch, name));
      return { values: probabilities, shape };
    },
  };
}

/** A function of its own: an engine forgets the code it has compiled of a closure when the last batch that had one is collected. */
function fillProbabilities(probabilities: Float64Array, values: ArrayLike<number>, decays: Float64Array): void {
  const dividends = new Float64Array(2).fill(1); // the second of a number above 0: a branch would be guessed wrong half of the time
  for (let i = 0; i < probabilities.length; i++) {
    const decay = decays[i] as number;
    dividends[0] = decay;
    probabilities[i] = (dividends[Number((values[i] as number) > 0)] as number) / (1 + decay);
  }
}

/** 1 where two quantities of as many numbers are equal, else 0; in the shape of the first. The mean of it is an accuracy. */
export function equalTo(name: string, other: string): HostQuantity {
  return {
    of: [name, other],
    compute(batch) {
      const { values, shape } = batch.get(name);
      const { values: others } = batch.get(other);
      const equal = batch.room(values.length);
      for (let i = 0; i < equal.length; i++) equal[i] = values[i] === others[i] ? 1 : 0;
      return { values: equal, shape };
    },
  };
}

/**
 * The index of the largest logit of each row, `[D0, .., DN, 1]`; the lowest among equals. Of many classes on a device their
 * ids are read, not all logits.
 */
export function classIds(logits: Tensor): HostQuantity {
  return {
    of: ['logits'],
    compute(batch) {
      const { values, shape } = batch.get('logits');
      const k = shape.at(-1) as number;
      const ids = batch.room(values.length / k);
      for (let row = 0; row < ids.length; row++) {
        let largest = 0;
        for (let i = 1; i < k; i++)
          if ((values[row * k + i] as number) > (values[row * k + largest] as number)) largest = i;
        ids[row] = largest;
      }
      return { values: ids, shape: [...shape.slice(0, -1), 1] };
    },
    make: () => expandDims(argMax(logits, -1), -1),
  };
}

/**
 * The tensors to read, by name, for the quantities that are asked for.
 *
 * @param given Quantities that are tensors already.
 * @throws METRIC_INPUT_INVALID for one that is neither given nor known, unless its name ends in `?`
 */
export function tensorsToRead(
  names: Iterable<string>,
  given: Readonly<Record<string, Tensor>>,
  known: Quantities,
): Readonly<Record<string, Tensor>> {
  const toRead: Record<string, Tensor> = {};
  const either = new Map<string, Required<HostQuantity>>();
  const add = (name: string): void => {
    const plain = plainName(name);
    if (Object.hasOwn(toRead, plain) || either.has(plain)) return;
    const tensor = Object.hasOwn(given, plain) ? given[plain] : undefined;
    const quantity = Object.hasOwn(known, plain) ? known[plain] : undefined;
    if (tensor !== undefined) toRead[plain] = tensor;
    else if (quantity !== undefined && !('compute' in quantity)) toRead[plain] = quantity.make();
    else if (quantity?.make !== undefined) either.set(plain, quantity as Required<HostQuantity>);
    else if (quantity !== undefined) quantity.of.forEach(add);
    else if (name === plain) {
      throw headError(
        'METRIC_INPUT_INVALID',
        `A metric needs the quantity ${quote(plain)}, got a head with ${Object.keys({ ...given, ...known }).join(', ')}.`,
      );
    }
  };
  for (const name of names) add(name);

  const isFree = (name: string): boolean => {
    if (Object.hasOwn(toRead, name)) return true;
    // By where the backend has its data, not by whether these have been uploaded yet: or the same batch would come out in doubles the
    // first time, and in float32 the second.
    if (Object.hasOwn(given, name)) return hostMemory(backendOf(given[name] as Tensor)) !== undefined;
    const quantity = known[name];
    return quantity !== undefined && 'compute' in quantity && quantity.of.every(isFree);
  };
  // Last, when it is known what is read for those that have no choice.
  for (const [name, quantity] of either) {
    if (quantity.of.every(isFree)) quantity.of.forEach(add);
    else toRead[name] = quantity.make();
  }
  return toRead;
}
