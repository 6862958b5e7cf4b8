import { sign, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { DataType, KernelFunc, Tensor } from '@tensorflow/tfjs-core';
import { compositionOf } from '../composition.js';
import { numbersInMemory } from '../engine.js';
import { type FeedGroup, feedGroups } from '../fed-numbers.js';
import { GraphBuilder, typeAttr } from '../graph/graph-builder.js';
import type { HostCheck } from '../label-check.js';
import { GraphValues, type KernelCall, lowerNodes, type Ref } from '../lowering/lowering.js';
import { type GraphDef, TF_TYPE } from '../graph/graph-def.js';
import { type Described, type Node, type Program, type ProgramVariable, sizeOf, type Use, usesOf } from '../program.js';
import type { Runnable } from '../replay.js';
import { withOwnKernels } from './own-kernels.js';

/** Which tensor a graph is given: an argument, a variable or a constant of the program, by its index. */
export interface Source extends Described {
  readonly kind: 'arguments' | 'variables' | 'constants';
  readonly index: number;
}

/** Labels to be looked at before a step has any consequence. */
export interface LabelCheck {
  readonly range: HostCheck;
  /** The index of the argument that they are. */
  readonly argument: number | undefined;
  /** The index of the graph's output that they are, or -1. */
  readonly output: number;
  readonly shape: readonly number[];
}

/** A step as one graph: what it is given, what it makes. */
export interface StepGraph {
  readonly graph: GraphDef;
  /** The names of what it is given: of `sources`, then the packed variables, and then a vector of the numbers of all groups, where there are such. */
  readonly inputs: readonly Ref[];
  readonly sources: readonly Source[];
  readonly groups: readonly FeedGroup[];
  /** The names of what it makes: results and checks of the program, then what each variable becomes, then labels to be checked, then the packed variables. */
  readonly outputs: readonly Ref[];
  /** Indices of the variables that it assigns, but for those that are packed. */
  readonly assigned: readonly number[];
  /** Indices of the variables that it takes, and gives, as one tensor. */
  readonly packed: readonly number[];
  readonly labelChecks: readonly LabelCheck[];
  /** From which output on there are labels. */
  readonly firstLabels: number;
}

/** Captured tensors up to this size are a part of the graph, which can then compute with them once; larger ones are not copied. */
const MAX_CONSTANT = 65_536;

/** Variables up to this size are packed: to copy a larger one takes longer than a session does to take it, and to give it. */
const MAX_PACKED = 8192;
/** From how many on. */
const MIN_PACKED = 3;

/**
 * Writes a program as one graph of TensorFlow: variables go in and come out, so that they are ordinary tensors between two steps.
 *
 * @throws EXPORT_UNSUPPORTED, or an error that says what has no place in a graph
 */
export function stepGraph(runnable: Runnable): StepGraph {
  return new Writer(runnable).write();
}

class Writer {
  readonly #program: Program;
  readonly #constants: readonly Tensor[];
  readonly #kernels: ReadonlyMap<unknown, KernelFunc>;
  readonly #graph = new GraphBuilder();
  readonly #values: GraphValues = new GraphValues(this.#graph);
  readonly #used: ReadonlySet<number>;
  readonly #inputs: Ref[] = [];
  readonly #sources: Source[] = [];
  readonly #packed: readonly number[];
  readonly #labels: { readonly use: Use; readonly range: HostCheck }[] = [];
  readonly #groupOf: ReadonlyMap<Node, FeedGroup>;
  /** Each with its numbers by their names. */
  readonly #groups = new Map<FeedGroup, Map<string, Ref>>();

  constructor({ program, constants, kernels }: Runnable) {
    this.#program = program;
    this.#constants = constants;
    this.#groupOf = feedGroups(program.nodes);
    this.#kernels = new Map(program.nodes.map((node, index) => [node, kernels[index] as KernelFunc]));
    const { nodes, variables, results, checks } = program;
    this.#used = new Set([
      ...nodes.flatMap((node) => usesOf(node).map(({ value }) => value)),
      ...variables.flatMap(({ after }) => after ?? []),
      ...[...results, ...checks].map(({ value }) => value),
    ]);
    const small = variables.flatMap((variable, index) => (isPackable(variable) ? [index] : []));
    this.#packed = small.length < MIN_PACKED ? [] : small;
  }

  write(): StepGraph {
    const { nodes } = this.#program;
    this.#writeInputs();
    this.#writePacked();
    this.#writeNumbers();
    const lowerings = withOwnKernels(
      nodes.map(({ kernel }) => kernel),
      {
        signKeepsNaN: signKeepsNaN(),
        compositionOf: (call) => this.#compositionOf(call),
        number: (call, name) => this.#number(call, name),
        check: (use, range) => this.#labels.push({ use, range }),
      },
    );
    lowerNodes(this.#program as Parameters<typeof lowerNodes>[0], this.#graph, this.#values, lowerings);
    return this.#finish();
  }

  #writeInputs(): void {
    const { variables, constants } = this.#program;
    this.#program.arguments.forEach((argument, index) => this.#input(argument, 'arguments', index));
    variables.forEach(({ before, shape, dtype }, index) => {
      if (before !== undefined && !this.#packed.includes(index))
        this.#input({ value: before, shape, dtype }, 'variables', index);
    });
    constants.forEach(({ value, shape, dtype, data, isCaptured }, index) => {
      if (!this.#used.has(value)) return;
      const tensor = this.#constants[index] as Tensor;
      if (isCaptured && tensor.size > MAX_CONSTANT) this.#input({ value, shape, dtype }, 'constants', index);
      else
        this.#values.set(
          { value, shape, dtype },
          this.#constant(data ?? (numbersInMemory(tensor) as Float32Array), shape, dtype),
        );
    });
  }

  #constant(data: ArrayLike<number>, shape: readonly number[], dtype: DataType): Ref {
    const ref = this.#graph.constant(data, shape, dtype);
    return dtype === 'float32' ? this.#graph.opaque(ref, shape, dtype) : ref;
  }

  #input({ value, shape, dtype }: Use, kind: Source['kind'], index: number): void {
    if (!this.#used.has(value)) return;
    if (!Object.hasOwn(TF_TYPE, dtype) || dtype === 'string') throw new Error(`it takes a tensor of ${dtype}s`);
    const ref = this.#graph.placeholder(`i${this.#inputs.length}`, shape, dtype);
    this.#inputs.push(ref);
    this.#sources.push({ kind, index, shape, dtype });
    this.#values.set({ value, shape, dtype }, ref);
  }

  #writePacked(): void {
    if (this.#packed.length === 0) return;
    const graph = this.#graph;
    const variables = this.#packed.map((index) => this.#program.variables[index] as ProgramVariable);
    const sizes = variables.map(({ shape }) => sizeOf(shape));
    const whole = graph.placeholder(`i${this.#inputs.length}`, [sizes.reduce((sum, size) => sum + size)], 'float32');
    this.#inputs.push(whole);
    const parts = graph.add('SplitV', [whole, graph.vector(sizes), graph.scalar(0, 'int32')], {
      num_split: { i: sizes.length },
      T: typeAttr('float32'),
      Tlen: typeAttr('int32'),
    });
    variables.forEach(({ before, shape, dtype }, index) => {
      const part = index === 0 ? parts : `${parts}:${index}`;
      const ref = shape.length === 1 ? part : graph.reshape(part, shape, dtype);
      this.#values.set({ value: before as number, shape, dtype }, ref);
    });
  }

  /** What the packed variables become, one after the other. */
  #wholeAfter(): Ref {
    const graph = this.#graph;
    const parts = this.#packed.map((index) => {
      const { after, shape, dtype } = this.#program.variables[index] as ProgramVariable;
      const { ref } = this.#values.get({ value: after as number, shape, dtype });
      return shape.length === 1 ? ref : graph.reshape(ref, [sizeOf(shape)], dtype);
    });
    return graph.add('ConcatV2', [...parts, graph.scalar(0, 'int32')], {
      N: { i: parts.length },
      T: typeAttr('float32'),
      Tidx: typeAttr('int32'),
    });
  }

  /** The numbers of all updates in one vector, those that several have once. */
  #writeNumbers(): void {
    for (const group of this.#groupOf.values()) this.#groups.set(group, new Map());
    const all = [...this.#groups].flatMap(([{ names }, refs]) => names.map((name) => ({ name, refs })));
    if (all.length === 0) return;
    const vector = this.#graph.placeholder(`i${this.#inputs.length}`, [all.length], 'float32');
    this.#inputs.push(vector);
    const attr = { num: { i: all.length }, T: typeAttr('float32'), axis: { i: 0 } };
    const parts = this.#graph.add('Unpack', [vector], attr);
    for (const [index, { name, refs }] of all.entries()) refs.set(name, index === 0 ? parts : `${parts}:${index}`);
  }

  #number(call: KernelCall, name: string): Ref {
    const group = this.#groupOf.get(call.node as Node);
    const ref = group && this.#groups.get(group)?.get(name);
    if (ref === undefined) throw call.unsupported(`without the number ${name}`);
    return ref;
  }

  #compositionOf(call: KernelCall): ReturnType<typeof compositionOf> {
    const { node } = call;
    const kernel = this.#kernels.get(node) as KernelFunc;
    const attributes = { ...node.attributes, form: 'composed', labelRange: undefined };
    return compositionOf(node as Node, attributes, kernel);
  }

  #finish(): StepGraph {
    const { results, checks, variables } = this.#program;
    const outputs: Ref[] = [...results, ...checks].map((use) => this.#output(use));
    const assigned: number[] = [];
    variables.forEach(({ before, after, shape, dtype }, index) => {
      if (after === undefined || after === before || this.#packed.includes(index)) return;
      assigned.push(index);
      outputs.push(this.#output({ value: after, shape, dtype }));
    });
    const firstLabels = outputs.length;
    const labelChecks = this.#labels.map(({ use, range }): LabelCheck => {
      const argument = this.#program.arguments.findIndex(({ value }) => value === use.value);
      if (argument >= 0) return { range, argument, output: -1, shape: use.shape };
      return { range, argument: undefined, output: outputs.push(this.#output(use)) - 1, shape: use.shape };
    });
    if (this.#packed.length > 0) outputs.push(this.#wholeAfter());
    return {
      graph: this.#graph.graph(),
      inputs: this.#inputs,
      sources: this.#sources,
      groups: [...this.#groups.keys()],
      outputs,
      assigned,
      packed: this.#packed,
      labelChecks,
      firstLabels,
    };
  }

  #output(use: Use): Ref {
    const { ref, dtype } = this.#values.get(use);
    // What goes in cannot come out by the same name.
    return this.#inputs.includes(ref) ? this.#graph.add('Identity', [ref], { T: typeAttr(dtype) }, 'o') : ref;
  }
}

function isPackable({ before, after, shape, dtype }: ProgramVariable): boolean {
  const isAssigned = before !== undefined && after !== undefined && after !== before;
  return isAssigned && dtype === 'float32' && sizeOf(shape) <= MAX_PACKED;
}

function signKeepsNaN(): boolean {
  return tidy(() => Number.isNaN(numbersInMemory(sign(tensor1d([NaN])))[0] as number));
}
