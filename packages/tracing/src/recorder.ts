import { getKernel, Variable } from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { checksOf, type DeviceCheck, type DeviceQuestion } from '@tfjs-heads/head-kit';
import { type Inputs, theEngine } from './engine.js';
import { type Counter, type EngineWatcher, isByUnmetOptimizer, watchEngine } from './watch-engine.js';
import { feedOf, type FeedSource } from './feed.js';
import { OF_ANY_SHAPE, PURE } from './kernels.js';
import { KnownValues } from './known-values.js';
import { lastUses } from './passes.js';
import type { Node, Program, Use } from './program.js';
import type { Question, Recording, Source } from './recording.js';
import { flatten, type Flat } from './structure.js';

/** What a recorded run gave: what the step returned, and the recording. */
export interface Recorded {
  readonly returned: unknown;
  readonly recording: Recording;
}

/**
 * Runs a step as it is, and writes down what it does.
 *
 * @param args Its arguments, taken apart.
 * @throws What the step throws; nothing is held then.
 */
export function record(run: () => unknown, args: Flat): Recorded {
  const recorder = new Recorder(args);
  try {
    const returned = watchEngine(recorder, run);
    return { returned, recording: recorder.finish(returned) };
  } catch (error) {
    recorder.release();
    throw error;
  }
}

class Recorder implements EngineWatcher {
  readonly #args: Flat;
  readonly #known: KnownValues;
  readonly #backendName: string = theEngine().backendName;
  readonly #nodes: Node[] = [];
  readonly #kernels: KernelFunc[] = [];
  readonly #kept: Tensor[] = [];
  readonly #counted: Counter[] = [];
  readonly #checks: { readonly valid: Use; readonly question: Question; readonly answer: DeviceCheck }[] = [];
  /** The optimizers that feed it, and how many steps each had taken when it ran its first kernel. */
  readonly #begun = new Map<FeedSource, number>();
  /** Tensors, by their ids, that kernels made which are fed. */
  readonly #fed = new Set<number>();
  /** Whether an optimizer has assigned a variable, and not counted that step since. */
  #isUncounted = false;
  #isAsking = false;
  #problem: string | undefined;

  constructor(args: Flat) {
    this.#args = args;
    this.#known = new KnownValues(args, (text) => this.problem(text));
  }

  problem(text: string): void {
    this.#problem ??= text;
  }

  reads(): void {
    if (!this.#isAsking) this.problem('it reads values, on which what it does next may depend');
  }

  looksAt(tensor: Tensor): void {
    if (!this.isConstant(tensor)) this.reads();
  }

  isConstant(tensor: Tensor): boolean {
    return this.#known.isConstant(tensor);
  }

  asksDevice(question: DeviceQuestion, ask: () => DeviceCheck): DeviceCheck {
    const valid = this.#known.use(question.valid);
    const argument = this.#args.tensors.findIndex(({ dataId }) => dataId === question.of?.dataId);
    this.#isAsking = true;
    try {
      const answer = ask();
      this.#checks.push({ valid, question: { ...question, argument: argument < 0 ? undefined : argument }, answer });
      return answer;
    } finally {
      this.#isAsking = false;
    }
  }

  madeOfNumbers(tensor: Tensor, values: unknown): void {
    this.#known.madeOfNumbers(tensor, values);
  }

  madeOfData(tensor: Tensor): void {
    this.#known.madeOfData(tensor);
  }

  saved(copy: Tensor, original: Tensor): void {
    this.#known.saved(copy, original);
  }

  assigned(variable: Variable, tensor: Tensor): void {
    this.#known.assigned(variable, tensor);
    if (!this.#fed.has(tensor.id) && !this.#isUncounted) this.#isUncounted = isByUnmetOptimizer();
  }

  kept(tensor: Tensor): void {
    if (this.#isAsking) return;
    this.#kept.push(tensor);
    if (!tensor.kept && this.#known.isFromBefore(tensor))
      this.problem(`it keeps a tensor of shape [${tensor.shape}] that it was given or took from outside`);
  }

  asks(does: string): void {
    this.problem(`it ${does}, which a replay would not`);
  }

  counted(optimizer: Counter): void {
    this.#isUncounted = false;
    this.#counted.push(optimizer);
  }

  ran(
    name: string,
    inputs: Inputs,
    attributes: NamedAttrMap | undefined,
    outputs: Tensor | Tensor[],
    isComposed: boolean,
  ): void {
    const kernel = getKernel(name, this.#backendName);
    if (kernel === undefined) return this.problem(`kernel ${name} is not one of the backend ${this.#backendName}`);
    if (OF_ANY_SHAPE.has(name)) this.problem(`the shape of what ${name} gives follows from values`);
    const uses: Record<string, Use | readonly Use[]> = {};
    for (const [key, input] of Object.entries(inputs as Readonly<Record<string, Tensor | readonly Tensor[]>>)) {
      if (input === null || input === undefined) continue;
      uses[key] = Array.isArray(input)
        ? input.map((tensor: Tensor) => this.#known.use(tensor))
        : this.#known.use(input as Tensor);
    }
    const list = Array.isArray(outputs) ? outputs : [outputs];
    const isConstant =
      PURE.has(name) &&
      Object.values(uses)
        .flat()
        .every((use) => this.#known.isConstantValue(use));
    this.#nodes.push({
      kernel: name,
      inputs: uses,
      attributes: (attributes ?? {}) as Readonly<Record<string, unknown>>,
      outputs: list.map((tensor) => this.#known.output(tensor, isConstant)),
      takesList: Array.isArray(inputs),
      sharesData: list.length === 1 && firstOf(inputs)?.dataId === list[0]?.dataId,
      returnsList: Array.isArray(outputs),
      isComposed,
    });
    this.#kernels.push(kernel.kernelFunc);
    const source = feedOf((attributes ?? {}) as Readonly<Record<string, unknown>>)?.source;
    if (source === undefined) return;
    for (const { id } of list) this.#fed.add(id);
    const begun = this.#begun.get(source);
    if (begun === undefined) this.#begun.set(source, source.iterations);
    else if (begun !== source.iterations)
      this.problem('an optimizer takes several steps in it, or one Dropout is applied several times');
  }

  finish(returned: unknown): Recording {
    const flat = flatten(returned);
    if (flat.problem !== undefined)
      this.problem(flat.problem.includes('a promise') ? 'it is asynchronous' : `of what it returns ${flat.problem}`);
    if (theEngine().backendName !== this.#backendName) this.problem('it sets another backend');
    const taken = this.#args.tensors.findIndex((tensor) => tensor.isDisposed);
    if (taken >= 0) this.problem(`it disposes of its argument ${this.#args.paths[taken]}`);
    const variables = this.#known.variables();
    for (const [source, begun] of this.#begun)
      if (source.iterations !== begun + 1)
        this.problem(`what feeds it, such as an optimizer, takes ${source.iterations - begun} steps in it`);
    if (this.#isUncounted)
      this.problem(
        'an optimizer trains in it whose class this copy of tfjs-core does not know, so that a replay would not count its steps (trainStep takes one)',
      );
    const made: Tensor[] = [];
    const sources = flat.tensors.map((tensor): Source => this.#sourceOf(tensor, made));
    const results = made.map((tensor) => ({
      ...this.#known.use(tensor),
      path: flat.paths[flat.tensors.indexOf(tensor)] as string,
      checks: this.#checksOf(tensor),
    }));
    this.#findLeftBehind(flat);
    const program = this.#program(
      variables.map(({ described }) => described),
      results,
    );
    return {
      program: { ...program, lastUse: lastUses(program) },
      variables: variables.map(({ variable }) => variable),
      constants: this.#known.constantTensors,
      kernels: this.#kernels,
      begun: this.#begun,
      // One that feeds its kernels counts by `advance`.
      counted: this.#counted.filter((optimizer) => !this.#begun.has(optimizer as unknown as FeedSource)),
      returned: { structure: flat.structure, sources },
      questions: this.#checks.map(({ question }) => question),
      problem: this.#problem,
    };
  }

  #checksOf(tensor: Tensor): number[] {
    return checksOf(tensor).map((answer) => {
      const index = this.#checks.findIndex((check) => check.answer === answer);
      if (index < 0) this.problem('a device is still being asked about a value that it has not made');
      return index;
    });
  }

  release(): void {
    const { constants, constantTensors } = this.#known;
    constants.forEach(({ isCaptured }, index) => {
      if (!isCaptured) constantTensors[index]?.dispose();
    });
  }

  #program(variables: Program['variables'], results: Program['results']): Omit<Program, 'lastUse'> {
    return {
      backend: this.#backendName,
      values: this.#known.count,
      arguments: this.#args.tensors.map(({ shape, dtype }, value) => ({
        value,
        shape: shape.slice(),
        dtype,
        path: this.#args.paths[value] as string,
      })),
      variables,
      constants: this.#known.constants,
      nodes: this.#nodes,
      checks: this.#checks.map(({ valid }) => valid),
      results,
    };
  }

  /** @param made The results so far, to which a new one is added. */
  #sourceOf(tensor: Tensor, made: Tensor[]): Source {
    if (tensor.isDisposed) this.problem('it returns a tensor that it has disposed of');
    const index = this.#args.tensors.indexOf(tensor);
    if (index >= 0) return { kind: 'argument', index };
    if (tensor instanceof Variable || this.#known.isFromBefore(tensor)) return { kind: 'known', tensor };
    const known = made.indexOf(tensor);
    return { kind: 'result', index: known >= 0 ? known : made.push(tensor) - 1, isKept: tensor.kept };
  }

  /** Tensors that outlive the step without being returned: who has them would see those of the recording for ever. */
  #findLeftBehind({ tensors }: Flat): void {
    const left = this.#kept.find(
      (tensor) => !tensor.isDisposed && !tensors.includes(tensor) && !this.#known.isFromBefore(tensor),
    );
    if (left !== undefined) this.problem(`it keeps a tensor of shape [${left.shape}] that it does not return`);
  }
}

function firstOf(inputs: Inputs): Tensor | undefined {
  const [first] = Object.values(inputs as object).flat() as Tensor[];
  return first;
}
