import type { DataType } from '@tensorflow/tfjs-core';

/**
 * A recorded step as data: what a runner runs and a writer writes. It holds no tensor, no variable and no function, and knows no backend but the name of
 * the one that it was recorded on. A value is a number: {@link Program.values} counts them, and each is made once, by an argument, a variable, a
 * constant or a node; so a variable that is assigned has two, the one before the step and the one after it.
 */
export interface Program {
  /** The backend whose kernels the nodes name. */
  readonly backend: string;
  /** How many values there are: 0 to `values - 1`. */
  readonly values: number;
  /** What the step is given, in the order of {@link Argument.path}. */
  readonly arguments: readonly Argument[];
  /** What the step reads or assigns, variables of an optimizer included. */
  readonly variables: readonly ProgramVariable[];
  readonly constants: readonly Constant[];
  /** In the order in which they ran. */
  readonly nodes: readonly Node[];
  /** Bool scalars that tell whether values were valid, such as labels: who runs the program says so of the results that name them. */
  readonly checks: readonly Use[];
  /** The tensors that the step returns, in the order in which they stand in what it returns. */
  readonly results: readonly Result[];
  /**
   * For each value the index of the last node that uses it, or the one that makes it where none does; -1 where no node has it. A value that a variable or a
   * result has when the step ends outlives its last node.
   */
  readonly lastUse: readonly number[];
}

export interface Described {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

export interface Argument extends Described {
  readonly value: number;
  /** Where the step has it, such as `0.features.age`: the first argument, and a key in it. */
  readonly path: string;
}

export interface ProgramVariable extends Described {
  readonly name: string;
  readonly trainable: boolean;
  /** Its value before the step; undefined where the step assigns it unread. */
  readonly before: number | undefined;
  /** Its value after the step; undefined where the step does not assign it. */
  readonly after: number | undefined;
}

export interface Constant extends Described {
  readonly value: number;
  /**
   * Its numbers, where the step or a pass made them: a copy. Undefined for a tensor that was there before the step (`isCaptured`), whose numbers a writer reads
   * when it needs them.
   */
  readonly data: ConstantData | undefined;
  readonly isCaptured: boolean;
}

export type ConstantData = Float32Array | Int32Array | Uint8Array;

/** A value as a node takes it: in a shape of its own, since a reshape is no node where it moves no data. */
export interface Use extends Described {
  readonly value: number;
}

/** One call of a kernel. */
export interface Node {
  /** Its name in the registry of tfjs, such as `BatchMatMul`. */
  readonly kernel: string;
  /** By name; some kernels have a list under a name, others a list alone: see {@link Node.takesList}. */
  readonly inputs: Readonly<Record<string, Use | readonly Use[]>>;
  /** What the kernel was given besides; a {@link Feed} says which of it is another in each step. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Use[];
  /** Whether the kernel is given a list of inputs, and not a map: their names are `0`, `1`, ... */
  readonly takesList: boolean;
  /** Whether the kernel returns a list, and not its one output. */
  readonly returnsList: boolean;
  /** Whether its output had the data of its first input, under another shape maybe. */
  readonly sharesData: boolean;
  /** Whether the kernel runs others inside of it, and so must be given tensors. */
  readonly isComposed: boolean;
}

export interface Result extends Use {
  /** Where it stands in what the step returns, such as `loss`; empty where that is the tensor itself. */
  readonly path: string;
  /** What tells whether it is valid: indices in {@link Program.checks}. */
  readonly checks: readonly number[];
}

/** Every use that a node makes of values, in the order of its inputs. */
export function usesOf(node: Node): readonly Use[] {
  return Object.values(node.inputs).flat();
}

/** How many numbers there are in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
