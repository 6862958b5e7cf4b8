import { clone, reshape, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { hold, numbersInMemory, theEngine } from './engine.js';
import type { FeedSource } from './feed.js';
import type { Recording } from './recording.js';
import type { Counter } from './watch-engine.js';

/** What steps change, to be taken back: the values of all variables that there are, and how many steps optimizers have counted. */
export class Undo {
  readonly #values = new Map<Variable, Tensor>();
  readonly #fed = new Map<FeedSource, number>();
  readonly #counted = new Map<Counter, number>();

  constructor() {
    for (const variable of Object.values(theEngine().state.registeredVariables)) this.#hold(variable);
  }

  /** Runs a step. A variable that it makes, such as a slot of an optimizer, has what it was made with when all is taken back. */
  run<T>(step: () => T): T {
    const engine = theEngine();
    const own = Object.getOwnPropertyDescriptor(engine, 'makeVariable');
    const { makeVariable } = engine;
    engine.makeVariable = (...args) => {
      const variable = makeVariable.apply(engine, args);
      this.#hold(variable);
      return variable;
    };
    try {
      return step();
    } finally {
      if (own === undefined) Reflect.deleteProperty(engine, 'makeVariable');
      else Object.defineProperty(engine, 'makeVariable', own);
    }
  }

  /** Learns from a recording of one of the steps, before there are others by its optimizers, who has counted it. */
  saw({ begun, counted }: Recording): void {
    for (const [source, count] of begun) if (!this.#fed.has(source)) this.#fed.set(source, count);
    for (const counter of new Set(counted)) {
      const times = counted.filter((other) => other === counter).length;
      if (!this.#counted.has(counter)) this.#counted.set(counter, counter.iterations - times);
    }
  }

  /** Takes all steps back since it was made. */
  takeBack(): void {
    for (const [variable, value] of this.#values) {
      if (!variable.isDisposed && variable.dataId !== value.dataId) variable.assign(value);
      value.dispose();
    }
    this.#values.clear();
    for (const [source, count] of this.#fed) source.iterations = count;
    for (const [counter, count] of this.#counted) Object.assign(counter, { iterations_: count }); // tfjs has no other way
  }

  #hold(variable: Variable): void {
    this.#values.set(variable, hold(variable));
  }
}

/**
 * Tensors with data of their own, as each step is given others: what is the same each time may be what the step takes from outside, or has looked at before.
 * Variables are themselves, and what shares its data still does.
 */
export function copiesOf(tensors: readonly Tensor[]): readonly Tensor[] {
  const copies = new Map<object, Tensor>();
  return tensors.map((tensor) => {
    const { dataId, shape, dtype } = tensor;
    if (tensor instanceof Variable) return tensor;
    if (dtype === 'string') return clone(tensor);
    const copied = copies.get(dataId);
    if (copied !== undefined) return reshape(copied, shape);
    const copy = theEngine().makeTensor(numbersInMemory(tensor).slice(), shape.slice(), dtype);
    copies.set(dataId, copy);
    return copy;
  });
}
