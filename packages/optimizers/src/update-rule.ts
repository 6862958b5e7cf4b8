/**
 * The arithmetic that a rule is written in: of tensors, of the text of a shader, of the nodes of a graph or of a compiler.
 * Each operation is one of float32; all but `pow` are rounded once.
 */
export interface Arithmetic<T> {
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  sqrt(a: T): T;
  abs(a: T): T;
  /** The larger one; NaN where one is. */
  max(a: T, b: T): T;
  /** 0 for what is negative; NaN stays. */
  relu(a: T): T;
  /** -1, 0 or 1; NaN stays. */
  sign(a: T): T;
  /** Of a base from 0 on. No backend rounds it as another does. */
  pow(base: T, exponent: T): T;
  /** What is above the limit is the limit, what is below its negative is that; NaN stays. */
  clip(a: T, limit: T): T;
}

/** The numbers of a step by name, in doubles: rates, corrections, constants. They are rounded to float32 when they are used. */
export type Scalars = Readonly<Record<string, number>>;

/**
 * How one variable changes: a pure function of its value, its gradient, its slots and some numbers. It is there twice, with
 * the same operations in the same order, so that both give the same bits: for whoever computes with whole tensors, and as a
 * loop over arrays in the memory of this process.
 *
 * @typeParam S The names of the slots.
 * @typeParam N The names of the numbers.
 */
export interface UpdateRule<S extends string = string, N extends string = string> {
  /** `Adam`. One name a formula. */
  readonly name: string;
  /** What is remembered of a variable, by TensorFlow's names: `m`, `v`. */
  readonly slots: readonly S[];
  /** The numbers that the rule takes: `rate`, `epsilon`. */
  readonly scalars: readonly N[];
  /** The new values, of the old ones. */
  compose<T>(
    on: Arithmetic<T>,
    from: Readonly<Record<'variable' | 'gradient' | S, T>>,
    scalars: Readonly<Record<N, T>>,
  ): Readonly<Record<'variable' | S, T>>;
  /**
   * The same into arrays of the same length. `to.variable` may be `from.variable`.
   *
   * @param scalars Rounded to float32.
   */
  walk(
    from: Readonly<Record<'variable' | 'gradient' | S, Float32Array>>,
    to: Readonly<Record<'variable' | S, Float32Array>>,
    scalars: Readonly<Record<N, number>>,
  ): void;
}

/** Whose update it is: it counts the steps, and says the numbers of the next one. */
export interface UpdateSource {
  /** How many steps have been taken. */
  readonly iterations: number;
  /** The numbers of the step to come for a variable of this name, in doubles. */
  scalarsFor(variable: string): Scalars;
  /** Counts a step that somebody else has taken, by running the kernels of its updates with the numbers of {@link scalarsFor}. */
  advance(): void;
}

/**
 * The attributes of the kernel {@link UPDATE}. Its inputs are `variable`, `gradient`, the slots by their names, and `scale`, a
 * scalar that the gradient is multiplied by, where norms are clipped; all float32. Its outputs are the new value of the
 * variable and those of the slots, in the order of the rule.
 *
 * A step that was recorded runs the kernel again with the numbers of that step, and counts the step once for each source:
 *
 * ```ts
 * const scalars = attributes.source.scalarsFor(attributes.variable);
 * kernelFunc({ inputs, attrs: { ...attributes, scalars }, backend });
 * attributes.source.advance();
 * ```
 */
export interface UpdateAttributes {
  readonly rule: UpdateRule;
  /**
   * Those of the rule, and two of any rule: `decay`, the share that the variable loses before the update (0: none), and
   * `clipvalue`, how large an element of the gradient may be (Infinity: any size).
   */
  readonly scalars: Scalars;
  readonly source: UpdateSource;
  /** The name of the variable. */
  readonly variable: string;
}
