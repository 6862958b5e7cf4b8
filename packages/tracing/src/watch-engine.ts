import { Optimizer, Variable } from '@tensorflow/tfjs-core';
import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { RECORDER, type StepRecorder } from '@tfjs-heads/head-kit';
import { type Engine, type Inputs, theEngine } from './engine.js';
import { watchSources } from './watch-sources.js';

/** Who is told what a step does. */
export interface EngineWatcher extends StepRecorder {
  /** A kernel ran that no other kernel had called; `isComposed` where it called others. */
  ran(
    name: string,
    inputs: Inputs,
    attributes: NamedAttrMap | undefined,
    outputs: Tensor | Tensor[],
    isComposed: boolean,
  ): void;
  /** The tape saved a tensor: maybe one that a kernel has made which has not returned yet. */
  saved(copy: Tensor, original: Tensor): void;
  /** A tensor was made of numbers. */
  madeOfNumbers(tensor: Tensor, values: unknown): void;
  /** A tensor was made of data that there were. */
  madeOfData(tensor: Tensor): void;
  assigned(variable: Variable, tensor: Tensor): void;
  kept(tensor: Tensor): void;
  /** The step, and no kernel, has asked what answers otherwise each time, such as `Math.random`: what it does, in words. */
  asks(does: string): void;
  /** Something that the step may do would not be seen. */
  problem(text: string): void;
  /** An optimizer of tfjs counts a step that it has taken. */
  counted(optimizer: Counter): void;
  /** Values of a tensor are read by the engine. */
  reads(): void;
}

/** An optimizer of tfjs, by how it counts its steps: in JavaScript, so that no kernel shows it. */
export interface Counter {
  readonly iterations: number;
  incrementIterations(): void;
}

/**
 * Runs something with everything that passes through tfjs' engine reported. The methods are hidden by others on the engine itself while it runs, so that
 * nothing is left of it, and every copy of tfjs-core is watched.
 */
export function watchEngine<T>(watcher: EngineWatcher, run: () => T): T {
  const engine = theEngine();
  const { hooks, recorder, isInKernel } = hooksOf(engine, watcher);
  const stopAssigns = watchAssigns(engine, watcher);
  const stopCounts = watchCounts(watcher);
  const stopSources = watchSources(
    (does) => {
      if (!isInKernel()) watcher.asks(does);
    },
    (name) => watcher.problem(`${name} cannot be replaced here, so that what it gives would not be seen`),
  );
  const own = Object.getOwnPropertyDescriptors(engine);
  Object.assign(engine, hooks, { [RECORDER]: recorder });
  try {
    return run();
  } finally {
    for (const key of [...Object.keys(hooks), RECORDER]) {
      const before = (own as Readonly<Record<string | symbol, PropertyDescriptor>>)[key];
      if (before === undefined) Reflect.deleteProperty(engine, key);
      else Object.defineProperty(engine, key, before);
    }
    stopAssigns();
    stopCounts();
    stopSources();
  }
}

type Hooks = Pick<
  Engine,
  'runKernel' | 'clone' | 'keep' | 'makeTensor' | 'makeTensorFromTensorInfo' | 'readSync' | 'read' | 'readToGPU'
>;

interface Watches {
  readonly hooks: Hooks;
  readonly recorder: StepRecorder;
  readonly isInKernel: () => boolean;
}

function hooksOf(engine: Engine, watcher: EngineWatcher): Watches {
  const { runKernel, clone, keep, makeTensor, makeTensorFromTensorInfo, readSync, read, readToGPU } = engine;
  /** How many kernels deep: what a kernel does is its own affair. */
  let depth = 0;
  let isComposed = false;
  const hooks: Hooks = {
    runKernel(name, inputs, attributes) {
      if (depth > 0) {
        isComposed = true;
        return runKernel.call(engine, name, inputs, attributes);
      }
      depth++;
      isComposed = false;
      let outputs: Tensor | Tensor[];
      try {
        outputs = runKernel.call(engine, name, inputs, attributes);
      } finally {
        depth--;
      }
      watcher.ran(name, inputs, attributes, outputs, isComposed);
      return outputs;
    },
    clone(x) {
      const wasComposed = isComposed;
      const copy = clone.call(engine, x);
      if (depth > 0) {
        isComposed = wasComposed;
        watcher.saved(copy, x);
      }
      return copy;
    },
    keep(tensor) {
      if (depth === 0) watcher.kept(tensor);
      return keep.call(engine, tensor) as typeof tensor;
    },
    makeTensor(values, shape, dtype, backend) {
      const tensor = makeTensor.call(engine, values, shape, dtype, backend);
      if (depth === 0) watcher.madeOfNumbers(tensor, values);
      return tensor;
    },
    makeTensorFromTensorInfo(info, backend) {
      const tensor = makeTensorFromTensorInfo.call(engine, info, backend);
      if (depth === 0) watcher.madeOfData(tensor);
      return tensor;
    },
    readSync(dataId) {
      if (depth === 0) watcher.reads();
      return readSync.call(engine, dataId);
    },
    read(dataId) {
      if (depth === 0) watcher.reads();
      return read.call(engine, dataId);
    },
    readToGPU(dataId, options) {
      if (depth === 0) watcher.reads();
      return readToGPU.call(engine, dataId, options);
    },
  };
  const recorder: StepRecorder = {
    isConstant: (tensor) => depth > 0 || watcher.isConstant(tensor),
    looksAt(tensor) {
      if (depth === 0) watcher.looksAt(tensor);
    },
    asksDevice: (question, ask) => watcher.asksDevice(question, ask),
  };
  return { hooks, recorder, isInKernel: () => depth > 0 };
}

/** Variables of every copy of tfjs-core have the method `assign` by their class. */
function watchAssigns({ state }: Engine, watcher: EngineWatcher): () => void {
  const classes = new Set<object>([Variable.prototype]);
  for (const variable of Object.values(state.registeredVariables)) {
    let prototype: unknown = Object.getPrototypeOf(variable);
    while (prototype !== null && !Object.hasOwn(prototype as object, 'assign'))
      prototype = Object.getPrototypeOf(prototype);
    if (prototype !== null) classes.add(prototype as object);
  }
  const undo = [...classes].map((prototype) => {
    const { assign } = prototype as Variable;
    const watched = function (this: Variable, tensor: Tensor): void {
      assign.call(this, tensor);
      watcher.assigned(this, tensor);
    };
    Object.assign(prototype, { assign: watched });
    return () => {
      Object.assign(prototype, { assign });
    };
  });
  return () => {
    for (const restore of undo) restore();
  };
}

/** The classes that count: that of this copy of tfjs-core, and those of others whose optimizers were met. */
const counting = new Set<Counter>([Optimizer.prototype as unknown as Counter]);

/** Has the steps of an optimizer counted that is of another copy of tfjs-core, whose class nobody finds but by it. */
export function meetOptimizer(optimizer: object): void {
  let prototype: unknown = Object.getPrototypeOf(optimizer);
  for (; typeof prototype === 'object' && prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const method: unknown = Object.getOwnPropertyDescriptor(prototype, 'incrementIterations')?.value;
    if (typeof method === 'function') counting.add(prototype as Counter);
  }
}

/** How deep in steps of optimizers that were given by name. */
let known = 0;

/** Runs the step of an optimizer that {@link meetOptimizer} was given, so that nobody takes it for one that counts unseen. */
export function withMet<T>(run: () => T): T {
  known++;
  try {
    return run();
  } finally {
    known--;
  }
}

/** Whether an optimizer that nobody has met assigns a variable: the stack of calls alone shows one of another copy of tfjs-core. */
export function isByUnmetOptimizer(): boolean {
  return known === 0 && /\bapplyGradients\b/.test(new Error().stack ?? '');
}

function watchCounts(watcher: EngineWatcher): () => void {
  let depth = 0; // a class may override the method, and call that of the class above
  const undo = [...counting].map((prototype) => {
    const { incrementIterations } = prototype;
    prototype.incrementIterations = function (this: Counter): void {
      depth++;
      try {
        incrementIterations.call(this);
      } finally {
        depth--;
      }
      if (depth === 0) watcher.counted(this);
    };
    return () => {
      prototype.incrementIterations = incrementIterations;
    };
  });
  return () => {
    for (const restore of undo) restore();
  };
}
