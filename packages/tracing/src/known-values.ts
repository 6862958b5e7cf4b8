import { Variable } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hold, theEngine } from './engine.js';
import type { Constant, ConstantData, ProgramVariable, Use } from './program.js';
import type { Flat } from './structure.js';

interface KnownVariable {
  readonly variable: Variable;
  before: number | undefined;
  /** Its value now, once the step has assigned it. */
  current: number | undefined;
}

/**
 * Which value of the program each tensor of a step has: by who it is, and by its data where it was made without a kernel. What comes from outside becomes an
 * argument, a variable or a constant when it is used.
 */
export class KnownValues {
  readonly constants: Constant[] = [];
  readonly constantTensors: Tensor[] = [];
  /** Tensors with smaller ids were there before the step. */
  readonly #firstId: number = theEngine().nextTensorId();
  readonly #registered: ReadonlySet<Variable> = new Set(Object.values(theEngine().state.registeredVariables));
  readonly #problem: (text: string) => void;
  /** Values by the ids of the tensors that have them. */
  readonly #valueOf = new Map<number, number>();
  /** Tensors that the tape saved of an output before its kernel had returned, by their ids. */
  readonly #savedOf = new Map<number, Tensor>();
  /** The same by their data, which are a copy on some backends. */
  readonly #savedByData = new Map<object, Tensor>();
  /** Values by their data, for tensors that were made without a kernel; `undefined` where two sources have the same. */
  readonly #byData = new Map<object, number | undefined>();
  /** Numbers that the step made, before they are used. */
  readonly #made = new Map<number, ConstantData | undefined>();
  readonly #variables = new Map<Variable, KnownVariable>();
  /** Values that are the same in each step. */
  readonly #constantValues = new Set<number>();
  #isHolding = false;
  #count = 0;

  /**
   * @param args The values 0, 1, ... of the program.
   * @param problem Is told why the program must not be run.
   */
  constructor({ tensors }: Flat, problem: (text: string) => void) {
    this.#problem = problem;
    for (const tensor of tensors) {
      const value = this.#count++;
      // A variable has a value of its own, before the step and after it.
      if (!(tensor instanceof Variable)) {
        if (!this.#valueOf.has(tensor.id)) this.#valueOf.set(tensor.id, value);
        this.#addData(tensor.dataId, value);
      }
      if (isUnfit(tensor)) problem(`it takes a tensor of ${tensor.dtype}s`);
    }
  }

  /** How many values there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether a tensor was there before the step. */
  isFromBefore({ id }: Tensor): boolean {
    return id < this.#firstId;
  }

  /** Whether a tensor has the same numbers in each step. */
  isConstant(tensor: Tensor): boolean {
    if (this.#made.has(tensor.id)) return true;
    const value = this.#valueOf.get(tensor.id) ?? this.#byData.get(tensor.dataId);
    if (value !== undefined) return this.#constantValues.has(value);
    return this.isFromBefore(tensor) && !(tensor instanceof Variable);
  }

  isConstantValue({ value }: Use): boolean {
    return this.#constantValues.has(value);
  }

  madeOfNumbers(tensor: Tensor, values: unknown): void {
    this.#made.set(tensor.id, copyOfNumbers(values, tensor));
  }

  madeOfData(tensor: Tensor): void {
    if (this.#isHolding) return;
    const saved = this.#savedByData.get(tensor.dataId);
    const value = this.#byData.get(tensor.dataId) ?? (saved && this.#resolve(saved));
    if (value !== undefined) this.#valueOf.set(tensor.id, value);
  }

  saved(copy: Tensor, original: Tensor): void {
    if (original instanceof Variable || this.isFromBefore(original) || this.#valueOf.has(original.id))
      this.#valueOf.set(copy.id, this.#resolve(original));
    else this.#savedOf.set(copy.id, original);
    this.#savedByData.set(copy.dataId, copy);
  }

  assigned(variable: Variable, tensor: Tensor): void {
    const value = this.#resolve(tensor);
    this.#know(variable).current = value;
  }

  /** A tensor as a kernel takes it. */
  use(tensor: Tensor): Use {
    const { shape, dtype } = tensor;
    if (isUnfit(tensor)) this.#problem(`it computes with a tensor of ${dtype}s`);
    return { value: this.#resolve(tensor), shape: shape.slice(), dtype };
  }

  /** A tensor that a kernel has made. */
  output(tensor: Tensor, isConstant: boolean): Use {
    const { shape, dtype } = tensor;
    const value = this.#count++;
    if (isConstant) this.#constantValues.add(value);
    this.#valueOf.set(tensor.id, value);
    // A kernel may give back the data of an input: who asks by the data shall depend on what the kernel did.
    this.#byData.set(tensor.dataId, value);
    if (isUnfit(tensor)) this.#problem(`it computes with a tensor of ${dtype}s`);
    return { value, shape: shape.slice(), dtype };
  }

  /** The variables that the step has used, in that order; those that it makes and leaves behind, or disposes of, are a problem. */
  variables(): readonly { readonly variable: Variable; readonly described: ProgramVariable }[] {
    const now = new Set(Object.values(theEngine().state.registeredVariables));
    for (const variable of now)
      if (!this.#registered.has(variable)) this.#problem(`it makes the variable ${variable.name}`);
    for (const variable of this.#registered)
      if (!now.has(variable)) this.#problem(`it disposes of the variable ${variable.name}`);
    return [...this.#variables.values()]
      .filter(({ variable }) => this.#registered.has(variable))
      .map(({ variable, before, current }) => {
        const { name, trainable, shape, dtype } = variable;
        return { variable, described: { name, trainable, shape: shape.slice(), dtype, before, after: current } };
      });
  }

  #resolve(tensor: Tensor): number {
    if (tensor instanceof Variable) return this.#valueOfVariable(tensor);
    const known = this.#valueOf.get(tensor.id);
    if (known !== undefined) return known;
    const original = this.#savedOf.get(tensor.id);
    if (original !== undefined) return this.#resolve(original);
    if (this.#made.has(tensor.id)) return this.#addConstant(tensor, this.#hold(tensor), this.#made.get(tensor.id));
    if (this.isFromBefore(tensor)) return this.#addConstant(tensor, tensor, undefined);
    const sharing = this.#byData.get(tensor.dataId);
    if (sharing !== undefined) return sharing;
    this.#problem(`it computes with a tensor of shape [${tensor.shape}] that comes from no kernel`);
    return this.#addConstant(tensor, this.#hold(tensor), undefined);
  }

  /** Makes a tensor that is no part of the step. */
  #hold(tensor: Tensor): Tensor {
    this.#isHolding = true;
    try {
      return hold(tensor);
    } finally {
      this.#isHolding = false;
    }
  }

  #valueOfVariable(variable: Variable): number {
    // One that the step makes and disposes of again is another name of its value.
    if (!this.#registered.has(variable)) {
      const known = this.#variables.get(variable)?.current ?? this.#byData.get(variable.dataId);
      if (known !== undefined) return known;
      this.#problem(`it makes the variable ${variable.name}`);
    }
    const entry = this.#know(variable);
    if (entry.current !== undefined) return entry.current;
    if (entry.before === undefined) {
      entry.before = this.#count++;
      this.#addData(variable.dataId, entry.before);
    }
    return entry.before;
  }

  #know(variable: Variable): KnownVariable {
    let entry = this.#variables.get(variable);
    if (entry === undefined)
      this.#variables.set(variable, (entry = { variable, before: undefined, current: undefined }));
    return entry;
  }

  #addConstant(tensor: Tensor, held: Tensor, data: ConstantData | undefined): number {
    const value = this.#count++;
    this.#constantValues.add(value);
    this.#valueOf.set(tensor.id, value);
    this.#addData(tensor.dataId, value);
    const { shape, dtype } = tensor;
    this.constants.push({ value, shape: shape.slice(), dtype, data, isCaptured: held === tensor });
    this.constantTensors.push(held);
    return value;
  }

  #addData(dataId: object, value: number): void {
    this.#byData.set(dataId, this.#byData.has(dataId) ? undefined : value);
  }
}

/** Whether a tensor is of a kind that no recording computes with. */
function isUnfit({ dtype }: Tensor): boolean {
  return dtype === 'string' || dtype === 'complex64';
}

/** Numbers as they are now: whoever gave them may use the array again. */
function copyOfNumbers(values: unknown, { dtype, size }: Tensor): ConstantData | undefined {
  if (dtype === 'string' || dtype === 'complex64') return undefined;
  const numbers = values as ArrayLike<number>;
  if (numbers.length !== size) return undefined;
  switch (dtype) {
    case 'float32':
      return Float32Array.from(numbers);
    case 'int32':
      return Int32Array.from(numbers);
    default:
      return Uint8Array.from(numbers);
  }
}
