import { sign, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { DataType, KernelFunc, Tensor } from '@tensorflow/tfjs-core';
import { compositionOf } from '../composition.js';
import { numbersInMemory } from '../engine.js';
import { type FeedGroup, feedGroups } from '../fed-numbers.js';
import { GraphBuilder, typeAttr } from '../graph/graph-builder.js';
import type { HostCheck } from '../label-check.js';
import { GraphValues, type KernelCall, lowerNodes, type Ref } from '../lowering/lowering.js';
import { type GraphDef, TF_TYPE } from '../graph/graph-def.js';
import { type Described, type Node, type Program, type Use, usesOf } from '../program.js';
import type { Runnable } from '../replay.js';
import { withOwnKernels } from './own-kernels.js';
import { Packing } from './packing.js';

/** Which tensor a graph is given: an argument, a variable or a constant of the program, by its index. */
export interface Source extends Described {
  readonly kind: 'arguments' | 'variables' | 'constants';
  readonly index: number;
}

/** A number of the step to come. */
export interface FedNumber {
  /** The index of its group. */
  readonly group: number;
  readonly name: string;
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
  /** The names of what it is given: of `sources`, then the packed variables, and then a vector of the numbers, where there are such. */
  readonly inputs: readonly Ref[];
  readonly sources: readonly Source[];
  /** What its numbers come from, and which of them it takes, in their order. */
  readonly groups: readonly FeedGroup[];
  readonly numbers: readonly FedNumber[];
  /** The names of what it makes: results and checks of the program, then what each variable becomes, then labels to be checked, then the packed variables. */
  readonly outputs: readonly Ref[];
  /** Indices of the variables that it assigns, but for those that are packed. */
  readonly assigned: readonly number[];
  /** The variables that it takes, and gives, as one tensor. */
  readonly packing: Packing;
  readonly labelChecks: readonly LabelCheck[];
  /** From which output on there are labels. */
  readonly firstLabels: number;
}

/** The name of the vector of numbers. */
const NUMBERS = 'numbers';

/** Captured tensors up to this size are a part of the graph, which can then compute with them once; larger ones are not copied. */
const MAX_CONSTANT = 65_536;

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
  readonly #packing: Packing;
  readonly #packed: ReadonlySet<number>;
  readonly #labels: { readonly use: Use; readonly range: HostCheck }[] = [];
  readonly #groupOf: ReadonlyMap<Node, FeedGroup>;
  readonly #groups: readonly FeedGroup[];
  readonly #numbers: FedNumber[] = [];
  #unpacked: Ref | undefined;

  constructor({ program, constants, kernels }: Runnable) {
    this.#program = program;
    this.#constants = constants;
    this.#groupOf = feedGroups(program.nodes);
    this.#groups = [...new Set(this.#groupOf.values())];
    this.#kernels = new Map(program.nodes.map((node, index) => [node, kernels[index] as KernelFunc]));
    const { nodes, variables, results, checks } = program;
    this.#used = new Set([
      ...nodes.flatMap((node) => usesOf(node).map(({ value }) => value)),
      ...variables.flatMap(({ after }) => after ?? []),
      ...[...results, ...checks].map(({ value }) => value),
    ]);
    this.#packing = new Packing(program, this.#groupOf);
    this.#packed = new Set(this.#packing.places.map(({ variable }) => variable));
  }

  write(): StepGraph {
    const { nodes } = this.#program;
    this.#writeInputs();
    this.#writePacked();
    const lowerings = withOwnKernels(
      nodes.map(({ kernel }) => kernel),
      {
        signKeepsNaN: signKeepsNaN(),
        compositionOf: (call) => this.#compositionOf(call),
        number: (call, name) => {
          const ref = this.#number(this.#groupOf.get(call.node as Node), name);
          if (ref === undefined) throw call.unsupported(`without the number ${name}`);
          return ref;
        },
        check: (use, range) => this.#labels.push({ use, range }),
      },
    );
    const oneByOne = nodes.filter((node) => !this.#packing.nodes.has(node));
    lowerNodes({ nodes: oneByOne } as Parameters<typeof lowerNodes>[0], this.#graph, this.#values, lowerings);
    return this.#finish();
  }

  #writeInputs(): void {
    const { variables, constants } = this.#program;
    this.#program.arguments.forEach((argument, index) => this.#input(argument, 'arguments', index));
    variables.forEach(({ before, shape, dtype }, index) => {
      if (before !== undefined && !this.#packed.has(index))
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
    const { size } = this.#packing;
    if (size === 0) return;
    const whole = this.#graph.placeholder(`i${this.#inputs.length}`, [size], 'float32');
    this.#inputs.push(whole);
    this.#packing.before(this.#graph, this.#values, whole);
  }

  /** A number of the step, which comes in a vector of all that somebody asks for. */
  #number(group: FeedGroup | undefined, name: string): Ref | undefined {
    if (group === undefined || !group.names.includes(name)) return undefined;
    const at = this.#groups.indexOf(group);
    const known = this.#numbers.findIndex((one) => one.group === at && one.name === name);
    const index = known >= 0 ? known : this.#numbers.push({ group: at, name }) - 1;
    this.#unpacked ??= this.#graph.outside(() =>
      this.#graph.add('Unpack', [NUMBERS], { T: typeAttr('float32'), axis: { i: 0 } }),
    );
    return index === 0 ? this.#unpacked : `${this.#unpacked}:${index}`;
  }

  /** What the packed variables become. */
  #wholeAfter(): Ref {
    return this.#packing.after(this.#graph, this.#values, (group, name) => {
      const ref = this.#number(group, name);
      if (ref === undefined) throw new Error(`an update is without the number ${name}`);
      return ref;
    });
  }

  /** The last input: how many there are shows when all is written. */
  #writeNumbers(): void {
    const { length } = this.#numbers;
    if (this.#unpacked === undefined) return;
    this.#graph.setAttr(this.#unpacked, 'num', { i: length });
    this.#inputs.push(this.#graph.placeholder(NUMBERS, [length], 'float32'));
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
      if (after === undefined || after === before || this.#packed.has(index)) return;
      assigned.push(index);
      outputs.push(this.#output({ value: after, shape, dtype }));
    });
    const firstLabels = outputs.length;
    const labelChecks = this.#labels.map(({ use, range }): LabelCheck => {
      const argument = this.#program.arguments.findIndex(({ value }) => value === use.value);
      if (argument >= 0) return { range, argument, output: -1, shape: use.shape };
      return { range, argument: undefined, output: outputs.push(this.#output(use)) - 1, shape: use.shape };
    });
    if (this.#packed.size > 0) outputs.push(this.#wholeAfter());
    this.#writeNumbers();
    return {
      graph: this.#graph.graph(),
      inputs: this.#inputs,
      sources: this.#sources,
      groups: this.#groups,
      numbers: this.#numbers,
      outputs,
      assigned,
      packing: this.#packing,
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

function signKeepsNaN(): boolean {
  return tidy(() => Number.isNaN(numbersInMemory(sign(tensor1d([NaN])))[0] as number));
}
