import type { KernelFunc, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { type Backend, numbersInMemory, theEngine } from './engine.js';
import type { GraphProgram } from './lowering/batch-of-any-size.js';
import { dropDead } from './passes.js';
import type { Node, Use } from './program.js';
import { record } from './recorder.js';
import { type Recording, releaseRecording, type Source } from './recording.js';
import { scopedCall } from './scoped-call.js';
import { flatten } from './structure.js';

/** A kernel as the kernels of tfjs that it is made of: its inputs, in their order, are the arguments. */
export interface Composition {
  readonly program: GraphProgram;
  /** Where each of its outputs comes from. */
  readonly outputs: readonly Source[];
}

/**
 * Finds out by what other kernels a kernel computes: runs it on zeros, and records what it runs. The caller is to know that this does not depend on values; where it
 * looks at them, the recorder says so.
 *
 * @param backend What the kernel is told to run on. Default: the backend; on any other object, one of tfjs-heads finds no memory to walk over.
 * @throws An error that says why it is not made of kernels
 */
export function compositionOf(
  node: Node,
  attributes: Readonly<Record<string, unknown>>,
  kernel: KernelFunc,
  backend: object = theEngine().backend,
): Composition {
  const entries = Object.entries(node.inputs).map(([name, input]) => [
    name,
    Array.isArray(input) ? (input as readonly Use[]).map(zeros) : zeros(input as Use),
  ]);
  const inputs = (node.takesList ? entries.map(([, input]) => input) : Object.fromEntries(entries)) as object;
  const flat = flatten(inputs);
  try {
    const call = { inputs, attrs: attributes, backend } as unknown as {
      inputs: never;
      attrs: NamedAttrMap;
      backend: Backend;
    };
    const { returned, recording } = record(() => scopedCall(() => kernel(call)), flat);
    try {
      return read(node, recording);
    } finally {
      for (const tensor of flatten(returned).tensors) if (!flat.tensors.includes(tensor)) tensor.dispose();
      releaseRecording(recording);
    }
  } finally {
    for (const tensor of flat.tensors) tensor.dispose();
  }
}

function read({ kernel, outputs }: Node, { program, constants, returned, problem, variables }: Recording): Composition {
  if (problem !== undefined) throw new Error(`of the kernel ${kernel}, ${problem}`);
  if (variables.length > 0 || returned.sources.length !== outputs.length)
    throw new Error(`the kernel ${kernel} is not made of others`);
  const kept = program.nodes.map((_, index) => index);
  return {
    program: {
      ...dropDead(program, kept),
      constants: program.constants.map((constant, index) => ({
        ...constant,
        data: constant.data ?? (numbersInMemory(constants[index] as Tensor) as Float32Array),
      })),
    },
    outputs: returned.sources,
  };
}

/** Each a tensor of its own, so that the recorder tells one input from the other. */
function zeros({ shape, dtype }: Use): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const Numbers = dtype === 'int32' ? Int32Array : dtype === 'bool' ? Uint8Array : Float32Array;
  const engine = theEngine();
  const tensor = engine.makeTensor(new Numbers(size), shape.slice(), dtype);
  tensor.kept = true; // no scope of the caller has it
  return tensor;
}
