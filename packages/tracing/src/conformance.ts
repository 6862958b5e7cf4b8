import { dispose, memory, mul, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { type Batch, batchAt, batchWith, makers, makeTrainee, type Trainee } from './conformance-trainee.js';
import { traceStep } from './trace-step.js';

// Plain data that conformance-kit takes for checks. It is not imported, or every user of the tracer would install it.

/** What a check may ask for. */
interface Judge {
  that(condition: boolean, otherwise: string): void;
  near(
    what: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    allowed: { k: number; scale: number },
  ): void;
  same(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void;
  equal(what: string, actual: unknown, expected: unknown): void;
}

/** A check about the backend. */
interface TracingCheck<P> {
  readonly states: string;
  readonly about: 'backend';
  cases(): readonly P[];
  run(context: { readonly judge: Judge }, parameters: P): Promise<void>;
}

type OfOptimizer = TracingCheck<{ readonly optimizer: string }>;

/** What {@link familiesOf} may be told. */
export interface FamilyOptions {
  /** How many steps traced and eager training are compared for. Default: 20. */
  readonly steps?: number | undefined;
  /** What traces the steps. Default: `traceStep`. */
  readonly traceStep?: typeof traceStep | undefined;
}

/** The family, as conformance-kit takes it. */
export interface TracingFamilies {
  readonly tracing: {
    readonly 'same-as-eager': OfOptimizer;
    readonly 'near-eager': OfOptimizer;
    readonly 'assigned-is-seen': OfOptimizer;
    readonly 'no-leak': OfOptimizer;
    readonly 'label-range': TracingCheck<{ readonly label: string }>;
  };
}

/** After so many steps a recording is trusted, and the next ones are replayed: until the 16th, when it is recorded again. */
const TRUSTED = 9;

/** After so many steps of a long run a value is read. */
const READ_EVERY = 200;

/** 1e-5, in rounding units of float32: what a graph may be off by, of the largest number of a tensor. */
const GRAPH_UNITS = 168;

/** Two that are trained side by side: one by its plain step, one by its traced step. */
class Pair {
  readonly #judge: Judge;
  readonly #isExact: boolean;
  readonly eager: Trainee;
  readonly traced: Trainee;
  readonly trace: ReturnType<typeof traceStep<(batch: Batch) => Scalar>>;

  /** @param exact Without it a runner such as the graph of native TensorFlow may round in another way. */
  constructor(judge: Judge, optimizer: string, trace: typeof traceStep, exact = true) {
    const make = makers.get(optimizer);
    if (make === undefined) throw new Error(`There is no optimizer ${optimizer}.`);
    this.#judge = judge;
    this.#isExact = exact;
    this.eager = makeTrainee(make);
    this.traced = makeTrainee(make);
    this.trace = trace(this.traced.step, { variables: this.traced.variables, exact });
  }

  /** To the bit, or as near as a graph is held to. */
  #same(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>): void {
    if (this.#isExact) return this.#judge.same(what, actual, expected);
    const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    this.#judge.near(what, actual, expected, { k: GRAPH_UNITS, scale });
  }

  /** Takes steps by both, and holds the losses to be the same. */
  async train(from: number, to: number): Promise<void> {
    const losses: Scalar[][] = [];
    for (let index = from; index < to; index++) {
      const batch = batchAt(index);
      losses.push([tidy(() => this.eager.step(batch)), this.trace(batch)]);
      dispose(batch as unknown as Record<string, Tensor>);
    }
    for (const [index, [eager, traced]] of losses.entries())
      this.#same(`the loss of step ${from + index}`, await valuesOf(traced), await valuesOf(eager));
    dispose(losses);
  }

  /** Whether steps are run by what may round in another way than the kernels. */
  get isGraph(): boolean {
    return String(this.trace).includes('run as one ');
  }

  isReplayed(): void {
    this.#judge.that(this.trace.reason === undefined, `the step is not replayed: ${this.trace.reason}`);
  }

  async sameVariables(): Promise<void> {
    for (const [index, variable] of this.traced.variables.entries())
      this.#same(`variable ${index}`, await variable.data(), await valuesOf(this.eager.variables[index]));
  }

  /** The optimizers' states, and through them how many steps each has counted. */
  async sameState(): Promise<void> {
    const [traced, eager] = [await this.traced.optimizer.getWeights(), await this.eager.optimizer.getWeights()];
    this.#judge.equal('how many tensors the optimizer remembers', traced.length, eager.length);
    for (const [index, { tensor, name }] of traced.entries())
      this.#same(`${name} of the optimizer`, await tensor.data(), await valuesOf(eager[index]?.tensor));
    dispose([...traced, ...eager].map(({ tensor }) => tensor));
  }

  dispose(): void {
    this.trace.dispose();
    for (const { variables, optimizer } of [this.eager, this.traced]) {
      optimizer.dispose();
      dispose([...variables]);
    }
  }
}

/**
 * The family `tracing`, about a backend: traced steps give the bits of eager ones on it, by each optimizer of tfjs-heads.
 *
 * ```ts
 * describeBackendConformance({ families: familiesOf({ steps: 1000 }), filter: 'tfjs:tracing' });
 * ```
 */
export function familiesOf({ steps = 20, traceStep: trace = traceStep }: FamilyOptions = {}): TracingFamilies {
  const byOptimizer = (
    states: string,
    run: (pair: Pair, judge: Judge) => Promise<void>,
    exact = true,
  ): OfOptimizer => ({
    states,
    about: 'backend',
    cases: () => [...makers.keys()].map((optimizer) => ({ optimizer })),
    async run({ judge }, { optimizer }) {
      const pair = new Pair(judge, optimizer, trace, exact);
      await run(pair, judge);
      pair.dispose();
    },
  });

  return {
    tracing: {
      'same-as-eager': byOptimizer(
        'Traced steps, `exact`, give the losses, variables and states of eager ones to the bit.',
        async (pair) => {
          // Losses are read now and then, or a long run would hold all of them.
          for (let from = 0; from < steps; from += TRUSTED) await pair.train(from, Math.min(from + TRUSTED, steps));
          pair.isReplayed();
          await pair.sameVariables();
          await pair.sameState();
        },
      ),

      'near-eager': byOptimizer(
        'Traced steps by the fastest runner, such as one graph of TensorFlow, give losses, variables and states within 1e-5 of eager ones.',
        async (pair) => {
          await pair.train(0, TRUSTED);
          // Others are compared to the bit elsewhere.
          for (let from = TRUSTED; pair.isGraph && from < steps; from += TRUSTED)
            await pair.train(from, Math.min(from + TRUSTED, steps));
          pair.isReplayed();
          await pair.sameVariables();
          await pair.sameState();
        },
        false,
      ),

      'assigned-is-seen': byOptimizer(
        'What is assigned to a variable, or set of the optimizer, between two replayed steps is seen by the next one.',
        async (pair) => {
          await pair.train(0, 3);
          const both = [pair.eager, pair.traced];
          const states = await Promise.all(both.map(({ optimizer }) => optimizer.getWeights()));
          await pair.train(3, TRUSTED);
          pair.isReplayed();
          for (const { variables, optimizer } of both) {
            for (const variable of variables) tidy(() => variable.assign(mul(variable, -0.5)));
            optimizer.learningRate = 0.03;
          }
          await pair.train(TRUSTED, TRUSTED + 1);
          pair.isReplayed();
          await pair.sameVariables();
          for (const [index, { optimizer }] of both.entries()) {
            const state = states[index] ?? [];
            await optimizer.setWeights(state);
            dispose(state.map(({ tensor }) => tensor));
          }
          await pair.train(TRUSTED + 1, TRUSTED + 4);
          pair.isReplayed();
          await pair.sameVariables();
          await pair.sameState();
        },
      ),

      'no-leak': byOptimizer(
        'Fifty traced steps, or as many as the family takes, leave the tensors, buffers and bytes that there were; dispose() those from before.',
        async (pair, judge) => {
          const held = (): number[] => {
            const { numTensors, numDataBuffers, numBytes } = memory();
            return [numTensors, numDataBuffers, numBytes];
          };
          // A GPU that is asked whether labels are valid holds what it is asked about; it answers in the order of the questions.
          const heldAfterwards = async (): Promise<number[]> => {
            await pair.traced.variables[0]?.data();
            await new Promise((resolve) => setTimeout(resolve, 20));
            return held();
          };
          const batch = batchAt(0);
          const before = held();
          const train = (count: number): void => {
            for (let index = 0; index < count; index++) pair.trace(batch).dispose();
          };
          train(TRUSTED);
          const after = await heldAfterwards();
          for (let left = Math.max(50, steps); left > 0; left -= READ_EVERY) {
            train(Math.min(left, READ_EVERY));
            await pair.traced.variables[0]?.data(); // a GPU would have them all before it
          }
          judge.equal('tensors, buffers and bytes after the steps', await heldAfterwards(), after);
          pair.isReplayed();
          pair.trace.dispose();
          pair.traced.optimizer.dispose();
          judge.equal('tensors, buffers and bytes after dispose()', held(), before);
          dispose(batch as unknown as Record<string, Tensor>);
        },
        false,
      ),

      'label-range': {
        states: 'A label out of range is found in a replayed step as in an eager one, and the next step is right.',
        about: 'backend',
        cases: () => ['2', '-1', 'NaN'].map((label) => ({ label })), // a NaN could be no parameter
        async run({ judge }, { label }) {
          const pair = new Pair(judge, 'Adam', trace);
          await pair.train(0, TRUSTED);
          pair.isReplayed();
          const batch = batchWith(Number(label), TRUSTED);
          for (const [whose, step] of [
            ['eager', pair.eager.step],
            ['traced', pair.trace],
          ] as const)
            judge.equal(`what the ${whose} step ends in`, await codeOf(() => step(batch)), 'LABELS_RANGE');
          dispose(batch as unknown as Record<string, Tensor>);
          pair.isReplayed();
          await pair.sameVariables();
          await pair.train(TRUSTED + 1, TRUSTED + 4);
          pair.isReplayed();
          await pair.sameVariables();
          await pair.sameState();
          pair.dispose();
        },
      },
    },
  };
}

/** The family in {@link familiesOf}' default length, or in that of the variable TRACED_STEPS of the environment. */
export const families: TracingFamilies = familiesOf({ steps: stepsOfEnvironment() });

function stepsOfEnvironment(): number | undefined {
  const steps = Number(globalThis.process?.env?.['TRACED_STEPS']);
  return steps > 0 ? steps : undefined;
}

async function valuesOf(tensor: Tensor | undefined): Promise<ArrayLike<number>> {
  return tensor === undefined ? [] : tensor.data();
}

/** What a step ends in: at once, or where its loss is read. */
async function codeOf(step: () => Scalar): Promise<string> {
  try {
    await step().data();
    return 'a loss';
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error);
  }
}
