import type { KernelFunc, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { hold, type Inputs, theEngine } from './engine.js';
import { OF_SHAPE } from './kernels.js';
import { constantNodes, type Draft, dropDead, dropViews, lastUses } from './passes.js';
import { type Constant, type ConstantData, type Node, type Use, usesOf } from './program.js';
import type { Recording } from './recording.js';
import type { Runnable } from './replay.js';

/** A recording after all passes, and what was made for it: the caller lets go of it. */
export interface Optimized extends Runnable {
  release(): void;
}

/** Leaves out what need not be run each time, and computes what is always the same. No result changes. */
export function optimize({ program, kernels, constants, variables, counted }: Recording): Optimized {
  const kept = program.nodes.map((_, index) => index);
  const withoutViews = dropViews(program, kept);
  const folded = fold(dropDead(withoutViews, kept), kept, constants);
  const draft = withoutUnused(dropDead(folded.program, kept), folded.constants);
  const valid = program.checks.length > 0 ? yes() : undefined;
  return {
    program: { ...draft.program, lastUse: lastUses(draft.program) },
    kernels: kept.map((index) => kernels[index] as KernelFunc),
    constants: draft.constants,
    variables,
    counted,
    valid,
    release: () => [...folded.made, ...(valid ? [valid] : [])].forEach((tensor) => tensor.dispose()),
  };
}

interface Folded {
  readonly program: Draft;
  readonly constants: readonly Tensor[];
  /** The constants that folding made. */
  readonly made: readonly Tensor[];
}

/** Runs the nodes that only constants go into, and puts what they give among the constants. */
function fold(program: Draft, kept: number[], constants: readonly Tensor[]): Folded {
  const indices = new Set(constantNodes(program));
  const tensors = new Map(program.constants.map(({ value }, index) => [value, constants[index] as Tensor]));
  const made: Tensor[] = [];
  const added: Constant[] = [];
  for (const index of indices) {
    const node = program.nodes[index] as Node;
    outputsOf(node, tensors).forEach((tensor, output) => {
      const { value, shape, dtype } = node.outputs[output] as Use;
      tensors.set(value, tensor);
      made.push(tensor);
      added.push({ value, shape, dtype, data: undefined, isCaptured: false });
    });
  }
  const nodes = program.nodes.filter((_, index) => !indices.has(index));
  kept.splice(0, kept.length, ...kept.filter((_, index) => !indices.has(index)));
  const all = [...program.constants, ...added];
  return {
    program: { ...program, nodes, constants: all },
    constants: all.map(({ value }) => tensors.get(value) as Tensor),
    made,
  };
}

function outputsOf(node: Node, tensors: ReadonlyMap<number, Tensor>): Tensor[] {
  const engine = theEngine();
  engine.startScope('constants of a trace');
  try {
    if (OF_SHAPE.has(node.kernel)) {
      const [{ shape, dtype }] = node.outputs as readonly [Use];
      const size = shape.reduce((product, length) => product * length, 1);
      const numbers = zeros(size, dtype).fill(node.kernel === 'OnesLike' ? 1 : 0);
      return [engine.keep(engine.makeTensor(numbers, shape.slice(), dtype))];
    }
    const tensor = ({ value, shape, dtype }: Use): Tensor =>
      hold({ dataId: (tensors.get(value) as Tensor).dataId, shape: shape.slice(), dtype });
    const held = new Map<Use, Tensor>(usesOf(node).map((use) => [use, tensor(use)]));
    try {
      const byName = Object.entries(node.inputs).map(([name, input]) => [
        name,
        Array.isArray(input) ? (input as readonly Use[]).map((use) => held.get(use)) : held.get(input as Use),
      ]);
      const inputs = (node.takesList ? byName.map(([, input]) => input) : Object.fromEntries(byName)) as Inputs;
      const outputs = engine.runKernel(node.kernel, inputs, node.attributes as unknown as NamedAttrMap);
      return [outputs].flat().map((output) => engine.keep(output));
    } finally {
      for (const input of held.values()) input.dispose();
    }
  } finally {
    engine.endScope();
  }
}

function yes(): Tensor {
  const engine = theEngine();
  const made = engine.makeTensor(Uint8Array.of(1), [], 'bool');
  made.kept = true; // not by `keep`, which is watched while a step is recorded
  return made;
}

function zeros(size: number, dtype: string): ConstantData {
  if (dtype === 'int32') return new Int32Array(size);
  return dtype === 'bool' ? new Uint8Array(size) : new Float32Array(size);
}

/** Constants that no node, variable or result has any more. */
function withoutUnused(program: Draft, constants: readonly Tensor[]): { program: Draft; constants: readonly Tensor[] } {
  const used = new Set<number | undefined>([
    ...program.nodes.flatMap((node) => usesOf(node).map(({ value }) => value)),
    ...program.variables.map(({ after }) => after),
    ...[...program.results, ...program.checks].map(({ value }) => value),
  ]);
  const stays = program.constants.map(({ value }) => used.has(value));
  return {
    program: { ...program, constants: program.constants.filter((_, index) => stays[index]) },
    constants: constants.filter((_, index) => stays[index]),
  };
}
