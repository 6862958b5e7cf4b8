import { Tensor, util } from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, TensorInfo, Variable } from '@tensorflow/tfjs-core';
import { type Backend, type BackendData, type Engine, numbersInMemory, theEngine } from './engine.js';
import { FED, type Feed, type FeedSource, feedOf } from './feed.js';
import { isOwn, PURE } from './kernels.js';
import { nodesWithoutChecks, sameShape } from './passes.js';
import { type Node, type Program, type Use, usesOf } from './program.js';
import type { Counter } from './watch-engine.js';

/** What a kernel is given for a tensor: what all of them ask of one, and the little that some do besides. */
interface InputInfo {
  dataId: object;
  readonly shape: number[];
  readonly dtype: TensorInfo['dtype'];
  readonly size: number;
  readonly rank: number;
  readonly strides: number[];
}

/** A program with what its numbers stand for: ready to be run by a backend's kernels, one after the other. */
export interface Runnable {
  readonly program: Program;
  readonly kernels: readonly KernelFunc[];
  readonly constants: readonly Tensor[];
  readonly variables: readonly Variable[];
  /** What counts a step that was replayed, each as often as it stands here. */
  readonly counted: readonly Counter[];
  /** What a check of the program gives where all is valid: a bool scalar. Undefined where there is no check. */
  readonly valid: Tensor | undefined;
}

/** What a run of a program without consequences gave. */
export interface Outcome {
  readonly results: readonly BackendData[];
  /** One for each variable that the step assigns. */
  readonly assigned: readonly BackendData[];
}

/** A step that has been taken: what went in, and what came out. */
export interface TakenStep {
  readonly args: readonly Tensor[];
  /** What each of the program's variables had before. They have their new values. */
  readonly before: readonly Tensor[];
  /** In the order of the program's results. */
  readonly results: readonly Tensor[];
}

interface Call {
  readonly kernel: KernelFunc;
  readonly params: { inputs: object; attrs: NamedAttrMap; readonly backend: unknown };
  /** What stands in `params.inputs`, and where its data are found. */
  readonly infos: InputInfo[];
  readonly values: readonly number[];
  readonly outputs: readonly number[];
  readonly returnsList: boolean;
  readonly node: Node;
  /** Whether the kernel must be given tensors of the engine. */
  readonly takesTensors: boolean;
  readonly checksShapes: boolean;
  readonly feed: Feed | undefined;
  /** What nobody needs any more when it has run. */
  readonly frees: readonly number[];
}

/**
 * Runs a program by the kernels that ran when it was recorded: no tape, no scopes, no look-ups. Its results are those of the step to the bit. It either runs
 * to its end or leaves every variable as it was.
 */
export class Replay {
  readonly #runnable: Runnable;
  readonly #engine: Engine = theEngine();
  readonly #backend: Backend = this.#engine.backend;
  readonly #calls: readonly Call[];
  /** Those that are left where the checks need not be made. */
  readonly #uncheckedCalls: readonly Call[];
  readonly #needsScope: boolean;
  /** What has each value now: a tensor of somebody else, or what a kernel gave. */
  readonly #slots: (TensorInfo | undefined)[];
  readonly #sources: ReadonlySet<FeedSource>;
  /** For each value how many variables and results have it in the end. */
  readonly #owners: readonly number[];
  readonly #firstMade: ReadonlySet<number>;

  constructor(runnable: Runnable) {
    this.#runnable = runnable;
    const { program, kernels } = runnable;
    // Where a first replay is not compared, and in native TensorFlow, whose kernels are made of operations.
    const needsCare = !('data' in this.#backend || 'dataIdMap' in this.#backend);
    const isNative = 'binding' in this.#backend;
    const owners = Array.from({ length: program.values }, () => 0);
    for (const { value } of [...program.results, ...program.checks]) (owners[value] as number)++;
    for (const { before, after } of program.variables)
      if (after !== undefined && after !== before) (owners[after] as number)++;
    this.#owners = owners;
    this.#firstMade = new Set(program.nodes.flatMap(({ outputs }) => outputs.map(({ value }) => value)));
    const frees = program.nodes.map((): number[] => []);
    for (const value of this.#firstMade) if (owners[value] === 0) frees[program.lastUse[value] as number]?.push(value);
    this.#calls = program.nodes.map((node, index) =>
      callOf(
        node,
        kernels[index] as KernelFunc,
        this.#backend,
        isNative || node.isComposed || (needsCare && !PURE.has(node.kernel)),
        frees[index] ?? [],
      ),
    );
    const unchecked = program.checks.length === 0 ? undefined : nodesWithoutChecks(program);
    this.#uncheckedCalls = this.#calls.filter((_, index) => unchecked?.has(index) ?? true);
    this.#needsScope = this.#calls.some(({ takesTensors }) => takesTensors);
    this.#slots = Array.from({ length: program.values });
    this.#sources = new Set(this.#calls.flatMap(({ feed }) => feed?.source ?? []));
  }

  /** How many kernels of our own a step runs in the place of the backend's: in words, to go after "run"; undefined where there are none. */
  get ownKernels(): string | undefined {
    const { nodes } = this.#runnable.program;
    const counts = new Map<string, number>();
    for (const { kernel } of nodes) if (isOwn(kernel)) counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
    if (counts.size === 0) return undefined;
    const text = [...counts].map(([kernel, count]) => `${count} ${kernel.slice(kernel.indexOf('.') + 1)}`).join(', ');
    return `by ${nodes.length}, of them our own ${text}`;
  }

  /**
   * Runs the step: assigns its variables, and returns its results in the order of the program's, and then its checks.
   *
   * @param isValid Whether all that the program checks is known to be valid: then the checks are neither made nor returned.
   * @throws What a kernel throws; nothing is changed then.
   */
  run(args: readonly Tensor[], isValid = false): Tensor[] {
    return this.#scoped(() => {
      try {
        this.#feed();
        this.#execute(args, this.#runnable.variables, isValid);
        // Results first: one may be what a variable had before, which goes when the variable is assigned.
        const results = this.#takeResults(isValid);
        this.#assign();
        for (const source of this.#sources) source.advance();
        for (const optimizer of this.#runnable.counted) optimizer.incrementIterations();
        return results;
      } finally {
        this.#clear();
      }
    });
  }

  /**
   * What the step gives when its variables are these, with the attributes of the last run, or those that were recorded, without changing anything. Only where
   * reading waits for no device.
   */
  try(args: readonly Tensor[], variables: readonly TensorInfo[]): Outcome {
    const { program } = this.#runnable;
    const read = (value: number): BackendData =>
      numbersInMemory(this.#slots[value] as TensorInfo).slice() as BackendData;
    let outcome: Outcome | undefined;
    // Not returned from the scope, which would look for tensors in it, number by number.
    this.#scoped(() => {
      try {
        this.#execute(args, variables);
        outcome = {
          results: program.results.map(({ value }) => read(value)),
          assigned: program.variables.flatMap(({ after }) => (after === undefined ? [] : [read(after)])),
        };
      } finally {
        this.#clear();
      }
    });
    return outcome as unknown as Outcome;
  }

  #scoped<T>(run: () => T): T {
    if (!this.#needsScope) return run();
    this.#engine.startScope('traced step');
    let result: T | undefined;
    try {
      result = run();
      return result;
    } finally {
      this.#engine.endScope(result);
    }
  }

  #feed(): void {
    if (this.#sources.size === 0) return;
    for (const { params, node, feed } of this.#calls) {
      if (feed === undefined) continue;
      params.attrs = { ...node.attributes, [FED]: feed.source.scalarsFor(feed.variable) } as unknown as NamedAttrMap;
    }
  }

  #execute(args: readonly Tensor[], variables: readonly TensorInfo[], isValid = false): void {
    const slots = this.#slots;
    const { program, constants } = this.#runnable;
    for (let i = 0; i < args.length; i++) slots[i] = args[i];
    for (let i = 0; i < variables.length; i++) {
      const before = program.variables[i]?.before;
      if (before !== undefined) slots[before] = variables[i];
    }
    for (let i = 0; i < constants.length; i++) slots[program.constants[i]?.value as number] = constants[i];
    const calls = isValid ? this.#uncheckedCalls : this.#calls;
    if (isValid)
      for (const { value, shape, dtype } of program.checks)
        slots[value] = this.#alias(this.#runnable.valid as Tensor, shape, dtype);
    for (let i = 0; i < calls.length; i++) this.#call(calls[i] as Call);
  }

  #call(call: Call): void {
    const { kernel, params, infos, values, outputs, frees } = call;
    const slots = this.#slots;
    if (call.takesTensors) params.inputs = this.#tensorsFor(call.node);
    else {
      for (let i = 0; i < infos.length; i++)
        (infos[i] as TensorInfo).dataId = (slots[values[i] as number] as TensorInfo).dataId;
    }
    const made = kernel(params as unknown as Parameters<KernelFunc>[0]);
    if (Array.isArray(made)) for (let i = 0; i < made.length; i++) slots[outputs[i] as number] = made[i] as TensorInfo;
    else slots[outputs[0] as number] = made;
    if (call.checksShapes) checkShapes(call.node, made);
    for (let i = 0; i < frees.length; i++) this.#release(frees[i] as number);
  }

  /** Inputs as an eager kernel has them, for kernels that run other operations on them. They end with the scope. */
  #tensorsFor({ inputs, takesList }: Node): object {
    const tensor = (use: Use): Tensor => this.#tensorOf(use);
    const byName = Object.entries(inputs).map(([name, input]) => [
      name,
      Array.isArray(input) ? (input as readonly Use[]).map(tensor) : tensor(input as Use),
    ]);
    return takesList ? byName.map(([, input]) => input) : (Object.fromEntries(byName) as object);
  }

  #tensorOf({ value, shape, dtype }: Use): Tensor {
    let slot = this.#slots[value] as TensorInfo;
    if (!(slot instanceof Tensor)) {
      // The engine counts tensors of the same data; this one has the reference that the kernel gave.
      slot = this.#engine.makeTensorFromTensorInfo({ ...slot, shape: slot.shape.slice() }, this.#backend);
      this.#slots[value] = slot;
    }
    if (slot.dtype === dtype && sameShape(slot.shape, shape)) return slot as Tensor;
    return this.#alias(slot, shape, dtype);
  }

  /** A tensor of the same data, with a reference of its own. */
  #alias({ dataId }: TensorInfo, shape: readonly number[], dtype: TensorInfo['dtype']): Tensor {
    const backend = this.#engine.state.tensorInfo.get(dataId)?.backend ?? this.#backend;
    backend.incRef(dataId);
    return this.#engine.makeTensorFromTensorInfo({ dataId, shape: shape.slice(), dtype }, backend);
  }

  #assign(): void {
    const { program, variables } = this.#runnable;
    const slots = this.#slots;
    // What variables get from each other is held before any of them lets go of what it has.
    const others: [Variable, Tensor][] = [];
    for (let i = 0; i < variables.length; i++) {
      const { before, after, shape, dtype } = program.variables[i] as Program['variables'][number];
      if (after === undefined || after === before || this.#isOwn(after)) continue;
      others.push([variables[i] as Variable, this.#alias(slots[after] as TensorInfo, shape, dtype)]);
    }
    for (let i = 0; i < variables.length; i++) {
      const { before, after } = program.variables[i] as Program['variables'][number];
      if (after === undefined || after === before || !this.#isOwn(after)) continue;
      const variable = variables[i] as Variable;
      this.#engine.disposeTensor(variable);
      variable.dataId = (slots[after] as TensorInfo).dataId;
      this.#engine.trackTensor(variable, this.#backend);
      slots[after] = undefined;
    }
    for (const [variable, tensor] of others) {
      variable.assign(tensor);
      tensor.dispose();
    }
  }

  /** Whether a value is what a kernel gave and one variable or result alone gets, so that it can have the kernel's own reference. */
  #isOwn(value: number): boolean {
    return this.#owners[value] === 1 && this.#firstMade.has(value) && !(this.#slots[value] instanceof Tensor);
  }

  #takeResults(isValid: boolean): Tensor[] {
    const { results, checks } = this.#runnable.program;
    return [...results, ...(isValid ? [] : checks)].map(({ value, shape, dtype }) => {
      const slot = this.#slots[value] as TensorInfo;
      if (!this.#isOwn(value)) return this.#alias(slot, shape, dtype);
      this.#slots[value] = undefined;
      return this.#engine.makeTensorFromTensorInfo({ dataId: slot.dataId, shape: shape.slice(), dtype }, this.#backend);
    });
  }

  #release(value: number): void {
    const slot = this.#slots[value];
    if (slot === undefined) return;
    this.#slots[value] = undefined;
    if (slot instanceof Tensor) slot.dispose();
    else this.#backend.disposeData(slot.dataId);
  }

  #clear(): void {
    for (const value of this.#firstMade) this.#release(value);
    this.#slots.fill(undefined);
  }
}

function callOf(
  node: Node,
  kernel: KernelFunc,
  backend: Backend,
  takesTensors: boolean,
  frees: readonly number[],
): Call {
  const infoOf = ({ shape, dtype }: Use): InputInfo => ({
    dataId: {},
    shape: shape.slice(),
    dtype,
    size: util.sizeFromShape(shape.slice()),
    rank: shape.length,
    strides: util.computeStrides(shape.slice()),
  });
  const byName = Object.entries(node.inputs).map(([name, input]): [string, object] => [
    name,
    Array.isArray(input) ? (input as readonly Use[]).map(infoOf) : infoOf(input as Use),
  ]);
  const inputs = node.takesList ? byName.map(([, info]) => info) : Object.fromEntries(byName);
  return {
    kernel,
    params: { inputs, attrs: node.attributes as unknown as NamedAttrMap, backend },
    infos: byName.flatMap(([, info]) => info as InputInfo | InputInfo[]),
    values: usesOf(node).map(({ value }) => value),
    outputs: node.outputs.map(({ value }) => value),
    returnsList: node.returnsList,
    node,
    takesTensors,
    checksShapes: !PURE.has(node.kernel),
    feed: feedOf(node.attributes),
    frees,
  };
}

/** Some kernels give tensors whose shape follows from values: what comes after was recorded for another one. */
function checkShapes({ kernel, outputs }: Node, made: TensorInfo | TensorInfo[]): void {
  const list = Array.isArray(made) ? made : [made];
  const isAsRecorded =
    list.length === outputs.length && list.every(({ shape }, index) => sameShape(shape, outputs[index]?.shape ?? []));
  if (!isAsRecorded) throw new OtherShape(`${kernel} gives another shape than when it was recorded`);
}

/** The shape of a value depends on values: the program is not what the step does. */
export class OtherShape extends Error {}
