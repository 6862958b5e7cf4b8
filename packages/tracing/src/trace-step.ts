import { type Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TrainableVariable } from '@tfjs-heads/head-api';
import { checkOptions, describeValue, headError, listOf, quote, recorderNow, shapeText } from '@tfjs-heads/head-kit';
import { type Engine, isLiveVariable, theEngine } from './engine.js';
import { knownArguments, loadCompiler } from './compiled/compiled-runner.js';
import { printProgram } from './print.js';
import type { Program } from './program.js';
import { checkRunOptions, RUN_OPTIONS, type RunOptions } from './run-options.js';
import { scopedCall } from './scoped-call.js';
import { SignatureTrace } from './signature-trace.js';
import { assemble, type Flat, flatten, textOf } from './structure.js';

/** What {@link traceStep} takes besides the step. */
export interface TraceOptions extends RunOptions {
  /** The variables that the step reads or assigns; those of an optimizer are found. Variables of a layer stand for what they read. */
  readonly variables: readonly TrainableVariable[];
}

/** A traced step: a function like the step itself. */
export interface Trace<F extends Step = Step> {
  (...args: Parameters<F>): ReturnType<F>;
  /** Why calls like the last one run the step itself, in a sentence; undefined where they run its recording. */
  readonly reason: string | undefined;
  /** The program that calls like the last one run; undefined where they run the step itself. */
  readonly program: Program | undefined;
  /**
   * Settles how calls like this one are run, which on cpu and wasm is by kernels at first, and by a function of WebAssembly that rounds otherwise later on: takes the step
   * on these arguments until it is recorded, compared and compiled, and takes it all back; variables, and what optimizers and dropouts have counted, are as
   * before. The same steps from the same state then have the same bits, whatever was called before. Elsewhere it does nothing, and what is done for arguments
   * of some shapes and dtypes is done once. Arguments stay the caller's, and so does what is wrong with them: where the step throws, that is left to the call.
   *
   * @throws TENSOR_DISPOSED, TRACE_DISPOSED
   */
  rehearse(...args: Parameters<F>): Promise<void>;
  /** The program as text, or the reason why there is none. */
  toString(): string;
  /** Lets go of all recordings. The trace must not be called any more; variables stay. */
  dispose(): void;
}

/** A function of tensors, of maps and lists of them, that returns the like. Arguments that are no tensors are part of a recording. */
// Parameters of any types: a function of some is one of unknown ones only for `never`.
export type Step = (...args: never[]) => unknown;

/** How many signatures of arguments a trace remembers: one for each shape and dtype, and each value of what is no tensor. */
const MAX_SIGNATURES = 16;

/**
 * Records a step once and runs the recording from then on, without tape, scopes and look-ups, as `tf.function` does in Python. The step may train or
 * predict; it is any function of tensors that does the same each time it is called with arguments of the same shapes and dtypes.
 *
 * ```ts
 * const step = traceStep(
 *   (batch: { x: tf.Tensor2D; y: tf.Tensor2D }) => optimizer.minimize(() => loss(network(batch.x), batch.y), true) as tf.Scalar,
 *   { variables },
 * );
 * for (const batch of batches) step(batch).dispose();
 * ```
 *
 * No result changes but for rounding (see {@link RunOptions.exact}): a step is recorded and runs as it is until two recordings are alike and a replay has given the same numbers, and is recorded and compared
 * again at the 2nd, 4th, 8th, ... call. What reads values, is asynchronous, or differs from one call to the next runs eagerly, and `reason` says why. As within
 * `tf.tidy`, tensors that the step makes and does not return are disposed of. The caller owns the tensors that are returned; arguments are never disposed of.
 *
 * @throws INVALID_ARGUMENT for wrong options; the traced step TENSOR_DISPOSED for a disposed argument or variable, TRACE_CHANGED where the step is found to
 *   do something else than before, TRACE_DISPOSED, and whatever the step throws.
 */
export function traceStep<F extends Step>(step: F, options: TraceOptions): Trace<F> {
  if (typeof step !== 'function')
    throw headError('INVALID_ARGUMENT', `step must be a function of tensors, got ${describeValue(step)}.`);
  return traceAs('traceStep', step, checkOptions('traceStep', options, ['variables', ...RUN_OPTIONS]));
}

/**
 * The same under another name.
 *
 * @param of Whose options they are, for the messages.
 * @param options Checked for unknown names.
 * @throws INVALID_ARGUMENT
 */
export function traceAs<F extends Step>(of: string, step: F, { variables, ...options }: TraceOptions): Trace<F> {
  checkRunOptions(of, options);
  const runner = new TracedStep(
    step as unknown as (...args: unknown[]) => unknown,
    variablesOf(of, variables),
    () => new SignatureTrace(options),
  );
  const trace = (...args: unknown[]): unknown => runner.run(args);
  return Object.defineProperties(trace, {
    reason: { get: () => runner.reason },
    program: { get: () => runner.program },
    rehearse: { value: async (...args: unknown[]) => runner.rehearse(args) },
    toString: { value: () => runner.text() },
    dispose: { value: () => runner.dispose() },
  }) as unknown as Trace<F>;
}

class TracedStep {
  readonly #step: (...args: unknown[]) => unknown;
  readonly #variables: readonly Variable[];
  readonly #newSignature: () => SignatureTrace;
  readonly #signatures = new Map<string, SignatureTrace>();
  #last: SignatureTrace | undefined;
  /** The arguments that it was last called with. */
  #known: ReturnType<typeof knownArguments>;
  #reason: string | undefined = 'It has not been called yet.';
  #isDisposed = false;

  constructor(
    step: (...args: unknown[]) => unknown,
    variables: readonly Variable[],
    newSignature: () => SignatureTrace,
  ) {
    this.#step = step;
    this.#variables = variables;
    this.#newSignature = newSignature;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  get program(): Program | undefined {
    return this.#reason === undefined ? this.#last?.program : undefined;
  }

  text(): string {
    const { program } = this;
    return program === undefined ? `no program: ${this.#reason}` : printProgram(program, this.#last?.runner);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#reason = 'The trace is disposed of.';
    for (const signature of this.#signatures.values()) signature.dispose();
    this.#signatures.clear();
  }

  async rehearse(args: unknown[]): Promise<void> {
    this.#checkNotDisposed();
    const engine = theEngine();
    const flat = flatten(args);
    this.#checkLive(flat);
    if (recorderNow() !== undefined || whyEager(engine) !== undefined || flat.problem !== undefined) return;
    const signature = this.#signatureOf(flat, engine);
    if (signature.isSettled || !signature.isCompilable) return; // All its runners give the same bits, or it has one.
    const [{ copiesOf, Undo }] = await Promise.all([import('./rehearsal.js'), loadCompiler()]);
    if (this.#isDisposed || signature.isSettled) return; // meanwhile
    this.#checkLive(flat);
    signature.rehearse(new Undo(), () => {
      const tensors = copiesOf(flat.tensors);
      const first = engine.nextTensorId();
      try {
        const returned = this.run(assemble(flat.structure, tensors) as unknown[]);
        for (const tensor of flatten(returned).tensors) if (tensor.id > first) tensor.dispose();
      } finally {
        for (const tensor of tensors) if (!(tensor instanceof Variable)) tensor.dispose();
      }
    });
  }

  #checkNotDisposed(): void {
    if (this.#isDisposed)
      throw headError('TRACE_DISPOSED', 'A traced step must not be called after dispose(), got a call.');
  }

  run(args: unknown[]): unknown {
    this.#checkNotDisposed();
    const step = (): unknown => this.#step(...args);
    const engine = theEngine();
    // Somebody records this step as a part of their own.
    if (recorderNow() !== undefined) return step();
    const again = this.#known?.again(args, engine);
    const flat = again ?? flatten(args);
    this.#checkLive(flat);
    const outside = whyEager(engine) ?? (flat.problem && `of its arguments ${flat.problem}`);
    if (outside !== undefined) {
      this.#reason = sentence(outside);
      return scopedCall(step);
    }
    if (again === undefined) {
      this.#last = this.#signatureOf(flat, engine);
      this.#known = knownArguments(flat, engine);
    }
    const signature = this.#last as SignatureTrace;
    try {
      return signature.run(step, flat);
    } finally {
      const { reason } = signature;
      this.#reason = reason && sentence(reason);
    }
  }

  #signatureOf(flat: Flat, engine: Engine): SignatureTrace {
    this.#known = undefined; // its recording may go
    const key = keyOf(flat, engine.backendName);
    let signature = this.#signatures.get(key);
    if (signature !== undefined && signature.backend !== engine.backend) {
      signature.dispose();
      signature = undefined;
    }
    if (signature !== undefined && signature === this.#last) return signature;
    // The oldest use comes first, and goes first.
    this.#signatures.delete(key);
    signature ??= this.#newSignature();
    this.#signatures.set(key, signature);
    for (const [oldest, unused] of this.#signatures) {
      if (this.#signatures.size <= MAX_SIGNATURES) break;
      this.#signatures.delete(oldest);
      unused.dispose();
    }
    return signature;
  }

  #checkLive({ tensors, paths }: Flat): void {
    for (let index = 0; index < tensors.length; index++) {
      if (!(tensors[index] as Tensor).isDisposed) continue;
      throw headError(
        'TENSOR_DISPOSED',
        `Arguments of a traced step must be live tensors, got a disposed one of shape ${shapeText(tensors[index]?.shape ?? [])} at ${quote(paths[index])}.`,
      );
    }
    for (const variable of this.#variables) {
      if (isLiveVariable(variable)) continue;
      throw headError(
        'TENSOR_DISPOSED',
        `Variables of a traced step must be live, got ${quote(variable.name)} of shape ${shapeText(variable.shape)}, which is disposed of.`,
      );
    }
  }
}

/** Two calls with the same key run the same recording. */
function keyOf({ structure, tensors }: Flat, backendName: string): string {
  let key = `${backendName} ${textOf(structure)}`;
  for (let index = 0; index < tensors.length; index++) {
    const tensor = tensors[index] as Tensor;
    const { shape, dtype, dataId } = tensor;
    key += `;${dtype}${shape}`;
    // A variable is no number that is given, but one that the step may read and assign.
    if (tensor instanceof Variable) key += `v${tensor.id}`;
    // One tensor in two places is one value: which of them a kernel has taken cannot be told.
    for (let other = 0; other < index; other++) if (tensors[other]?.dataId === dataId) key += `=${other}`;
  }
  return key;
}

/** What about the place of the call forbids a replay, if anything does. */
function whyEager({ state, ENV }: Engine): string | undefined {
  if (state.gradientDepth > 0) return 'it is called under a gradient, which a replay would not be part of';
  if (state.profiling) return 'tfjs is profiling, which a replay would not show';
  if (ENV.getBool('DEBUG')) return 'tfjs is in its debug mode, which a replay would not be checked by';
  return undefined;
}

function variablesOf(of: string, variables: TraceOptions['variables']): readonly Variable[] {
  const list = listOf(variables);
  if (list === undefined)
    throw headError(
      'INVALID_ARGUMENT',
      `${of}: variables must be a list of variables, got ${describeValue(variables)}.`,
    );
  return list.map((given, index): Variable => {
    const variable = isLayerVariable(given) ? given.read() : given;
    if (typeof (variable as Partial<Variable> | null)?.assign !== 'function' || !isLiveVariable(variable as Variable))
      throw headError(
        'INVALID_ARGUMENT',
        `${of}: variables[${index}] must be a live variable, got ${describeValue(given)}.`,
      );
    return variable as Variable;
  });
}

function isLayerVariable(given: unknown): given is { read(): unknown } {
  return typeof (given as { read?: unknown } | null | undefined)?.read === 'function';
}

function sentence(reason: string): string {
  return `The step runs eagerly: ${reason}.`;
}
