import { clone, dispose, fill, tidy, util } from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { checkLive, describeValue, headError, isMap, isTensor, listOf, quote, shapeText } from '@tfjs-heads/head-kit';
import { hasShape, listNames, liveVariable, matchNames } from './match-names.js';

/** What is remembered of one variable, by the names of the rule. */
export type Slots = Readonly<Record<string, Variable>>;

/** A tensor with a name. */
export interface Named {
  readonly name: string;
  readonly tensor: Tensor;
}

/** The slots of a variable; `of` is undefined for what was restored and has not been used yet. */
interface Entry {
  of: Variable | undefined;
  readonly slots: Slots;
}

/** Slots by the names of their variables, made but not in use yet. */
export type Restored = ReadonlyMap<string, Entry>;

/** What an optimizer remembers of variables, found by their names. */
export class SlotStore {
  #slots = new Map<string, Entry>();
  /** Whether no step has been taken with what was restored. */
  #isNew = false;
  readonly #optimizer: string;

  constructor(optimizer: string) {
    this.#optimizer = optimizer;
  }

  /** The slots of a variable that was matched, made where there are none. */
  of(variable: Variable, names: readonly string[], startOf: (slot: string) => number): Slots {
    const known = this.#slots.get(variable.name);
    if (known !== undefined) {
      known.of = variable;
      return known.slots;
    }
    const slots = tidy(() =>
      Object.fromEntries(names.map((slot) => [slot, fill(variable.shape, startOf(slot)).variable(false)])),
    );
    this.#slots.set(variable.name, { of: variable, slots });
    return slots;
  }

  /**
   * Finds what is remembered of the variables of a step, before the step. At the first step with a restored state, names count
   * as {@link matchNames} has it, from then on as they are.
   *
   * @throws OPTIMIZER_STATE_INVALID where a restored state has another shape than its variable, or is that of other variables;
   *   then nothing has changed
   */
  match(names: readonly string[]): void {
    this.#releaseGone();
    const trained = names.flatMap((name) => liveVariable(name) ?? []);
    for (const { name, shape } of trained) {
      for (const [slot, tensor] of Object.entries(this.#slots.get(name)?.slots ?? {})) {
        if (hasShape(tensor, shape)) continue;
        const whose = `the restored state ${quote(`${name}/${slot}`)}`;
        throw this.#error(
          `${whose} must have the shape ${shapeText(shape)} of its variable, got ${describeValue(tensor)}`,
        );
      }
    }
    if (!this.#isNew) return;
    const states = [...this.#slots].flatMap(([name, { slots }]) =>
      Object.values(slots)
        .slice(0, 1)
        .map(({ shape }) => ({ name, shape })),
    );
    const renamed = matchNames(states, trained);
    if (renamed === undefined) {
      throw this.#error(
        `a restored state must be that of the variables that are trained, got the state of ${listNames(states)} for the variables ${listNames(trained)}`,
      );
    }
    this.#slots = new Map([...this.#slots].map(([name, entry]) => [renamed.get(name) ?? name, entry]));
    this.#isNew = false;
  }

  /** Copies of all slots, `dense/kernel/m`. */
  state(): Named[] {
    this.#releaseGone();
    return [...this.#slots].flatMap(([variable, { slots }]) =>
      Object.entries(slots).map(([slot, tensor]) => ({ name: `${variable}/${slot}`, tensor: clone(tensor as Tensor) })),
    );
  }

  /**
   * Slots that are copies of these, for {@link restore}.
   *
   * @throws OPTIMIZER_STATE_INVALID
   */
  copy(given: readonly Named[], names: readonly string[]): Restored {
    const copies = new Map<string, Entry>();
    try {
      for (const [variable, tensors] of this.#checked(given, names)) {
        const slots: Record<string, Variable> = {};
        copies.set(variable, { of: undefined, slots });
        for (const slot of names) slots[slot] = tidy(() => clone(tensors[slot] as Tensor).variable(false));
      }
    } catch (error) {
      releaseAll(copies);
      throw error;
    }
    return copies;
  }

  /** Takes these in the place of all that there were. */
  restore(copies: Restored): void {
    this.clear();
    this.#slots = new Map(copies);
    this.#isNew = true;
  }

  clear(): void {
    releaseAll(this.#slots);
    this.#slots.clear();
    this.#isNew = false;
  }

  /** Releases what is remembered of variables that are gone, whose names others may have by now. */
  #releaseGone(): void {
    for (const [name, { of, slots }] of this.#slots) {
      if (of === undefined || liveVariable(name) === of) continue;
      dispose(slots);
      this.#slots.delete(name);
    }
  }

  #checked(given: readonly Named[], names: readonly string[]): ReadonlyMap<string, Readonly<Record<string, Tensor>>> {
    const byVariable = new Map<string, Record<string, Tensor>>();
    for (const { name, tensor } of given) {
      const end = name.lastIndexOf('/');
      const [variable, slot] = [name.slice(0, Math.max(end, 0)), name.slice(end + 1)];
      if (end < 1 || !names.includes(slot)) {
        throw this.#error(
          names.length === 0
            ? `nothing but 'iter' must be in its state, got ${quote(name)}`
            : `states must be named after a variable and one of the slots ${names.map((known) => `/${known}`).join(', ')}, got ${quote(name)}`,
        );
      }
      const tensors = byVariable.get(variable) ?? {};
      byVariable.set(variable, tensors);
      if (Object.hasOwn(tensors, slot)) throw this.#error(`each state must be given once, got two of ${quote(name)}`);
      tensors[slot] = tensor;
    }
    for (const [variable, tensors] of byVariable) {
      const { shape } = Object.values(tensors)[0] as Tensor;
      for (const slot of names) {
        const tensor = tensors[slot];
        const whose = `the state ${quote(`${variable}/${slot}`)}`;
        if (tensor === undefined)
          throw this.#error(`${whose} must be given beside the others of its variable, got none`);
        if (tensor.dtype !== 'float32' || !util.arraysEqual(tensor.shape, shape)) {
          throw this.#error(
            `${whose} must be a float32 tensor of shape ${shapeText(shape)}, got ${describeValue(tensor)}`,
          );
        }
      }
    }
    return byVariable;
  }

  #error(text: string): Error {
    return headError('OPTIMIZER_STATE_INVALID', `${this.#optimizer}: ${text}.`);
  }
}

/** Releases slots that are not in use any more. */
export function releaseAll(all: Restored): void {
  for (const { slots } of all.values()) dispose(slots);
}

/** A state as {@link SlotStore.copy} takes it, with what it begins with. */
export function checkState(
  optimizer: string,
  given: unknown,
): { readonly iter: Tensor; readonly slots: readonly Named[] } {
  const error = (text: string): Error => headError('OPTIMIZER_STATE_INVALID', `${optimizer}: ${text}.`);
  const list = listOf(given);
  if (list === undefined)
    throw error(
      `the state must be a list of { name, tensor }, as getWeights() returns it, got ${describeValue(given)}`,
    );
  const named = list.map((entry, i): Named => {
    if (!isMap(entry) || typeof entry['name'] !== 'string' || !isTensor(entry['tensor']))
      throw error(`state[${i}] must be { name, tensor }, got ${describeValue(entry)}`);
    const { name, tensor } = entry as unknown as Named;
    checkLive(`${optimizer}: the state ${quote(name)}`, tensor);
    return { name, tensor };
  });
  const counts = named.filter(({ name }) => name === 'iter');
  const [iter] = counts;
  if (iter === undefined || counts.length > 1)
    throw error(`the state must have the number of steps, one tensor named 'iter', got ${counts.length}`);
  if (iter.tensor.size !== 1) throw error(`the state 'iter' must be a scalar, got ${describeValue(iter.tensor)}`);
  return { iter: iter.tensor, slots: named.filter(({ name }) => name !== 'iter') };
}

/** @throws OPTIMIZER_STATE_INVALID */
export function checkIterations(optimizer: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw headError(
    'OPTIMIZER_STATE_INVALID',
    `${optimizer}: the state 'iter' must be a whole number, at least 0, got ${describeValue(value)}.`,
  );
}
