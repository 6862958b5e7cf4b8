import { getKernel, Variable } from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { checksOf, type DeviceCheck, type DeviceQuestion } from '@tfjs-heads/head-kit';
import { hold, type Inputs, theEngine } from './engine.js';
import { type Counter, type EngineWatcher, watchEngine } from './watch-engine.js';
import { feedOf, type FeedSource } from './feed.js';
import { OF_ANY_SHAPE, PURE } from './kernels.js';
import { lastUses } from './passes.js';
import type { Constant, ConstantData, Node, Program, ProgramVariable, Use } from './program.js';
import type { Recording, Source } from './recording.js';
import { flatten, type Flat } from './structure.js';

/** What a recorded run gave: what the step returned, and the recording. */
export interface Recorded {
  readonly returned: unknown;
  readonly recording: Recording;
}

/**
 * Runs a step as it is, and writes down what it does.
 *
 * @param args Its arguments, taken apart.
 * @throws What the step throws; nothing is held then.
 */
export function record(run: () => unknown, args: Flat): Recorded {
  const recorder = new Recorder(args);
  try {
    const returned = watchEngine(recorder, run);
    return { returned, recording: recorder.finish(returned) };
  } catch (error) {
    recorder.release();
    throw error;
  }
}

interface KnownVariable {
  readonly variable: Variable;
  before: number | undefined;
  /** Its value now, once the step has assigned it. */
  current: number | undefined;
}

class Recorder implements EngineWatcher {
  readonly #args: Flat;
  /** Tensors with smaller ids were there before the step. */
  readonly #firstId: number = theEngine().nextTensorId();
  readonly #backendName: string = theEngine().backendName;
  readonly #nodes: Node[] = [];
  readonly #kernels: KernelFunc[] = [];
  readonly #constants: Constant[] = [];
  readonly #constantTensors: Tensor[] = [];
  /** Values by the ids of the tensors that have them. */
  readonly #valueOf = new Map<number, number>();
  /** Tensors that the tape saved of an output before its kernel had returned, by their ids. */
  readonly #savedOf = new Map<number, Tensor>();
  /** The same by their data, which are a copy on some backends. */
  readonly #savedByData = new Map<object, Tensor>();
  /** Values by their data, for tensors that were made without a kernel; `undefined` where two sources have the same. */
  readonly #byData = new Map<object, number | undefined>();
  /** Numbers that the step made, before they are used. */
  readonly #made = new Map<number, { readonly data: ConstantData | undefined; readonly tensor: Tensor }>();
  readonly #variables = new Map<Variable, KnownVariable>();
  readonly #kept: Tensor[] = [];
  readonly #counted: Counter[] = [];
  readonly #registered: ReadonlySet<Variable> = new Set(Object.values(theEngine().state.registeredVariables));
  readonly #checks: { readonly valid: Use; readonly question: DeviceQuestion; readonly answer: DeviceCheck }[] = [];
  /** The optimizers that feed it, and how many steps each had taken when it ran its first kernel. */
  readonly #begun = new Map<FeedSource, number>();
  /** Values that are the same in each step. */
  readonly #constantValues = new Set<number>();
  #isAsking = false;
  #isHolding = false;
  #values = 0;
  #problem: string | undefined;

  constructor(args: Flat) {
    this.#args = args;
    for (const tensor of args.tensors) {
      const value = this.#values++;
      // A variable has a value of its own, before the step and after it.
      if (!(tensor instanceof Variable)) {
        if (!this.#valueOf.has(tensor.id)) this.#valueOf.set(tensor.id, value);
        this.#addData(tensor.dataId, value);
      }
      if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
        this.problem(`it takes a tensor of ${tensor.dtype}s`);
    }
  }

  problem(text: string): void {
    this.#problem ??= text;
  }

  reads(): void {
    if (!this.#isAsking) this.problem('it reads values, on which what it does next may depend');
  }

  looksAt(tensor: Tensor): void {
    if (!this.isConstant(tensor)) this.reads();
  }

  isConstant(tensor: Tensor): boolean {
    if (this.#made.has(tensor.id)) return true;
    const value = this.#valueOf.get(tensor.id) ?? this.#byData.get(tensor.dataId);
    if (value !== undefined) return this.#constantValues.has(value);
    return tensor.id < this.#firstId && !(tensor instanceof Variable);
  }

  asksDevice(question: DeviceQuestion, ask: () => DeviceCheck): DeviceCheck {
    const valid = this.#use(question.valid);
    this.#isAsking = true;
    try {
      const answer = ask();
      this.#checks.push({ valid, question, answer });
      return answer;
    } finally {
      this.#isAsking = false;
    }
  }

  madeOfNumbers(tensor: Tensor, values: unknown): void {
    this.#made.set(tensor.id, { data: copyOfNumbers(values, tensor), tensor });
  }

  madeOfData(tensor: Tensor): void {
    if (this.#isHolding) return;
    const saved = this.#savedByData.get(tensor.dataId);
    const value = this.#byData.get(tensor.dataId) ?? (saved && this.#resolve(saved));
    if (value !== undefined) this.#valueOf.set(tensor.id, value);
  }

  saved(copy: Tensor, original: Tensor): void {
    if (original instanceof Variable || original.id < this.#firstId || this.#valueOf.has(original.id))
      this.#valueOf.set(copy.id, this.#resolve(original));
    else this.#savedOf.set(copy.id, original);
    this.#savedByData.set(copy.dataId, copy);
  }

  assigned(variable: Variable, tensor: Tensor): void {
    const value = this.#resolve(tensor);
    this.#know(variable).current = value;
  }

  kept(tensor: Tensor): void {
    if (!this.#isAsking) this.#kept.push(tensor);
  }

  draws(): void {
    this.problem('it draws numbers in JavaScript, which a replay would not');
  }

  counted(optimizer: Counter): void {
    this.#counted.push(optimizer);
  }

  ran(
    name: string,
    inputs: Inputs,
    attributes: NamedAttrMap | undefined,
    outputs: Tensor | Tensor[],
    isComposed: boolean,
  ): void {
    const kernel = getKernel(name, this.#backendName);
    if (kernel === undefined) return this.problem(`kernel ${name} is not one of the backend ${this.#backendName}`);
    if (OF_ANY_SHAPE.has(name)) this.problem(`the shape of what ${name} gives follows from values`);
    const uses: Record<string, Use | readonly Use[]> = {};
    for (const [key, input] of Object.entries(inputs as Readonly<Record<string, Tensor | readonly Tensor[]>>)) {
      if (input === null || input === undefined) continue;
      uses[key] = Array.isArray(input) ? input.map((tensor: Tensor) => this.#use(tensor)) : this.#use(input as Tensor);
    }
    const list = Array.isArray(outputs) ? outputs : [outputs];
    const isConstant =
      PURE.has(name) &&
      Object.values(uses)
        .flat()
        .every(({ value }) => this.#constantValues.has(value));
    this.#nodes.push({
      kernel: name,
      inputs: uses,
      attributes: (attributes ?? {}) as Readonly<Record<string, unknown>>,
      outputs: list.map((tensor) => this.#output(tensor, isConstant)),
      takesList: Array.isArray(inputs),
      sharesData: list.length === 1 && firstOf(inputs)?.dataId === list[0]?.dataId,
      returnsList: Array.isArray(outputs),
      isComposed,
    });
    this.#kernels.push(kernel.kernelFunc);
    const source = feedOf((attributes ?? {}) as Readonly<Record<string, unknown>>)?.source;
    if (source === undefined) return;
    const begun = this.#begun.get(source);
    if (begun === undefined) this.#begun.set(source, source.iterations);
    else if (begun !== source.iterations) this.problem('an optimizer takes several steps in it');
  }

  finish(returned: unknown): Recording {
    const flat = flatten(returned);
    if (flat.problem !== undefined)
      this.problem(flat.problem.includes('a promise') ? 'it is asynchronous' : `of what it returns ${flat.problem}`);
    if (theEngine().backendName !== this.#backendName) this.problem('it sets another backend');
    const taken = this.#args.tensors.findIndex((tensor) => tensor.isDisposed);
    if (taken >= 0) this.problem(`it disposes of its argument ${this.#args.paths[taken]}`);
    const variables = this.#finishVariables();
    for (const [source, begun] of this.#begun)
      if (source.iterations !== begun + 1) this.problem(`an optimizer takes ${source.iterations - begun} steps in it`);
    const sources = flat.tensors.map((tensor): Source => this.#sourceOf(tensor));
    const results = flat.tensors.flatMap((tensor, index) =>
      sources[index]?.kind === 'result'
        ? [{ ...this.#use(tensor), path: flat.paths[index] as string, checks: this.#checksOf(tensor) }]
        : [],
    );
    this.#findLeftBehind(flat);
    const { values, program } = { values: this.#values, program: this.#program(variables, results) };
    return {
      program: { ...program, values, lastUse: lastUses(program) },
      variables: variables.map(({ variable }) => variable),
      constants: this.#constantTensors,
      kernels: this.#kernels,
      // One that feeds its kernels counts by `advance`.
      counted: this.#counted.filter((optimizer) => !this.#begun.has(optimizer as unknown as FeedSource)),
      returned: { structure: flat.structure, sources: numbered(sources) },
      questions: this.#checks.map(({ question }) => question),
      problem: this.#problem,
    };
  }

  #checksOf(tensor: Tensor): number[] {
    return checksOf(tensor).map((answer) => {
      const index = this.#checks.findIndex((check) => check.answer === answer);
      if (index < 0) this.problem('a device is still being asked about a value that it has not made');
      return index;
    });
  }

  release(): void {
    this.#constants.forEach(({ isCaptured }, index) => {
      if (!isCaptured) this.#constantTensors[index]?.dispose();
    });
  }

  #program(variables: readonly KnownVariable[], results: Program['results']): Omit<Program, 'lastUse'> {
    return {
      backend: this.#backendName,
      values: this.#values,
      arguments: this.#args.tensors.map(({ shape, dtype }, value) => ({
        value,
        shape: shape.slice(),
        dtype,
        path: this.#args.paths[value] as string,
      })),
      variables: variables.map(({ variable: { name, trainable, shape, dtype }, before, current }): ProgramVariable => ({
        name,
        trainable,
        shape: shape.slice(),
        dtype,
        before,
        after: current,
      })),
      constants: this.#constants,
      nodes: this.#nodes,
      checks: this.#checks.map(({ valid }) => valid),
      results,
    };
  }

  #finishVariables(): readonly KnownVariable[] {
    const now = new Set(Object.values(theEngine().state.registeredVariables));
    for (const variable of now)
      if (!this.#registered.has(variable)) this.problem(`it makes the variable ${variable.name}`);
    for (const variable of this.#registered)
      if (!now.has(variable)) this.problem(`it disposes of the variable ${variable.name}`);
    return [...this.#variables.values()].filter(({ variable }) => this.#registered.has(variable));
  }

  #sourceOf(tensor: Tensor): Source {
    if (tensor.isDisposed) this.problem('it returns a tensor that it has disposed of');
    const index = this.#args.tensors.indexOf(tensor);
    if (index >= 0) return { kind: 'argument', index };
    if (tensor instanceof Variable || tensor.id < this.#firstId) return { kind: 'known', tensor };
    return { kind: 'result', index: -1 };
  }

  /** Tensors that outlive the step without being returned: who has them would see those of the recording for ever. */
  #findLeftBehind({ tensors }: Flat): void {
    const left = this.#kept.find(
      (tensor) => !tensor.isDisposed && !tensors.includes(tensor) && tensor.id >= this.#firstId,
    );
    if (left !== undefined) this.problem(`it keeps a tensor of shape [${left.shape}] that it does not return`);
  }

  #use(tensor: Tensor): Use {
    const { shape, dtype } = tensor;
    if (dtype === 'string' || dtype === 'complex64') this.problem(`it computes with a tensor of ${dtype}s`);
    return { value: this.#resolve(tensor), shape: shape.slice(), dtype };
  }

  #output(tensor: Tensor, isConstant: boolean): Use {
    const value = this.#values++;
    if (isConstant) this.#constantValues.add(value);
    this.#valueOf.set(tensor.id, value);
    // A kernel may give back the data of an input: who asks by the data shall depend on what the kernel did.
    this.#byData.set(tensor.dataId, value);
    if (tensor.dtype === 'string' || tensor.dtype === 'complex64')
      this.problem(`it computes with a tensor of ${tensor.dtype}s`);
    return { value, shape: tensor.shape.slice(), dtype: tensor.dtype };
  }

  #resolve(tensor: Tensor): number {
    if (tensor instanceof Variable) return this.#valueOfVariable(tensor);
    const known = this.#valueOf.get(tensor.id);
    if (known !== undefined) return known;
    const original = this.#savedOf.get(tensor.id);
    if (original !== undefined) return this.#resolve(original);
    const made = this.#made.get(tensor.id);
    if (made !== undefined) return this.#addConstant(tensor, this.#hold(tensor), made.data);
    if (tensor.id < this.#firstId) return this.#addConstant(tensor, tensor, undefined);
    const sharing = this.#byData.get(tensor.dataId);
    if (sharing !== undefined) return sharing;
    this.problem(`it computes with a tensor of shape [${tensor.shape}] that comes from no kernel`);
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
      this.problem(`it makes the variable ${variable.name}`);
    }
    const entry = this.#know(variable);
    if (entry.current !== undefined) return entry.current;
    if (entry.before === undefined) {
      entry.before = this.#values++;
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
    const value = this.#values++;
    this.#constantValues.add(value);
    this.#valueOf.set(tensor.id, value);
    this.#addData(tensor.dataId, value);
    const { shape, dtype } = tensor;
    this.#constants.push({ value, shape: shape.slice(), dtype, data, isCaptured: held === tensor });
    this.#constantTensors.push(held);
    return value;
  }

  #addData(dataId: object, value: number): void {
    this.#byData.set(dataId, this.#byData.has(dataId) ? undefined : value);
  }
}

function firstOf(inputs: Inputs): Tensor | undefined {
  const [first] = Object.values(inputs as object).flat() as Tensor[];
  return first;
}

function numbered(sources: readonly Source[]): Source[] {
  let index = 0;
  return sources.map((source) => (source.kind === 'result' ? { kind: 'result', index: index++ } : source));
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
