import type { Tensor } from '@tensorflow/tfjs-core';
import { headError } from '@tfjs-heads/head-kit';
import { difference } from './compare.js';
import { resultsOf, whatDiffers } from './compare-replay.js';
import { type Backend, hold, isLiveVariable, theEngine } from './engine.js';
import { CompiledRunner, isCompilable, loadCompiler } from './compiled/compiled-runner.js';
import { nativeBackend } from './native/backend.js';
import { NativeRunner } from './native/native-runner.js';
import { optimize, type Optimized } from './optimize.js';
import type { Program } from './program.js';
import { guardReads, isKnown } from './questions.js';
import { record } from './recorder.js';
import { type Recording, releaseRecording } from './recording.js';
import { OtherShape, Replay } from './replay.js';
import type { RunOptions } from './run-options.js';
import { scopedCall } from './scoped-call.js';
import { assemble, type Flat, flatten } from './structure.js';
import type { Undo } from './rehearsal.js';
import { fuse } from './wasm/fuse.js';
import { messageOf } from './message-of.js';

/** A recording that was found to do what the step does. */
interface Trusted {
  readonly recording: Recording;
  readonly optimized: Optimized;
  readonly replay: Replay;
  /** What runs it; the replay where there is no better. */
  readonly runner: Runner;
}

type Runner = Replay | NativeRunner | CompiledRunner;

/** How often in a row a recording may differ from the one before. The first one often does: an optimizer makes its slots. */
const MAX_DIFFERENCES = 4;
/** More than differences, recordings and proofs together. */
const MAX_REHEARSALS = 16;

/**
 * A step for arguments of one signature: recorded until two recordings are alike and a replay gives the numbers of the step, then replayed; recorded again at
 * the 2nd, 4th, 8th, ... run, and compared.
 */
export class SignatureTrace {
  /** The backend that it is for: another one may come under the same name. */
  readonly backend: Backend = theEngine().backend;
  #runs = 0;
  #nextCheck = 2;
  #differences = 0;
  #replayed = 0;
  #last: Recording | undefined;
  #trusted: Trusted | undefined;
  /**
   * For each argument the id of the tensor that it was in all recordings that were alike, if it was the same one: the step may have taken it from its closure, and
   * so the recording says nothing of other tensors in its place.
   */
  #always: readonly (number | undefined)[] = [];
  #isRunning = false;
  #isRehearsed = false;
  #undo: Undo | undefined;
  #reason: string | undefined = 'it is being recorded';
  #isGivenUp = false;
  readonly #options: RunOptions;

  constructor(options: RunOptions) {
    this.#options = options;
    if (this.isCompilable) void loadCompiler();
  }

  /** Why the run before was not a replay. */
  get reason(): string | undefined {
    return this.#reason;
  }

  get program(): Program | undefined {
    return this.#trusted?.optimized.program;
  }

  /** Whether a function of WebAssembly may run it. */
  get isCompilable(): boolean {
    return this.#options.exact !== true && isCompilable(this.backend);
  }

  /** Whether what runs now runs all later calls, too, or {@link rehearse} could not have it so. */
  get isSettled(): boolean {
    if (this.#isGivenUp || this.#isRehearsed) return true;
    const runner = this.#trusted?.runner;
    return runner !== undefined && (!(runner instanceof CompiledRunner) || runner.isSettled);
  }

  /**
   * Takes steps until it is settled what runs them, and takes them back. One that throws ends it: the next one shows that by itself.
   *
   * @param undo What was before.
   * @param call Takes one, by {@link run}, and disposes of what it returns.
   */
  rehearse(undo: Undo, call: () => void): void {
    this.#undo = undo;
    try {
      undo.shake();
      for (let calls = 0; calls < MAX_REHEARSALS && !this.isSettled; calls++) undo.run(call);
      this.#isRehearsed = true;
    } catch {
      // Of other weights, or of arguments that are wrong.
    } finally {
      this.#undo = undefined;
      undo.takeBack();
    }
  }

  /** What runs the program: in words, to go after "run". */
  get runner(): string | undefined {
    const runner = this.#trusted?.runner;
    if (runner === undefined) return undefined;
    if (runner instanceof Replay) return runner.ownKernels;
    const { whyKernels } = runner;
    if (runner instanceof CompiledRunner)
      return whyKernels === undefined ? runner.how : `${runner.replay.ownKernels ?? 'one by one'}: ${whyKernels}`;
    return whyKernels === undefined ? 'as one graph of TensorFlow' : `one by one: ${whyKernels}`;
  }

  /** @throws What the step throws, and TRACE_CHANGED */
  run(step: () => unknown, args: Flat): unknown {
    if (this.#isGivenUp || this.#isRunning) return scopedCall(step);
    this.#runs++;
    if (this.#trusted !== undefined) {
      const gone = whatIsGone(this.#trusted);
      if (gone !== undefined) this.#distrust(gone);
      else if (this.#isKnown(args) && (this.#runs < this.#nextCheck || takesAny(this.#trusted.recording, idsOf(args))))
        return this.#replay(this.#trusted, step, args);
    }
    return this.#record(step, args);
  }

  /** Whether the recording holds for these arguments. */
  #isKnown({ tensors }: Flat): boolean {
    const always = this.#always;
    for (let index = 0; index < always.length; index++)
      if (always[index] !== undefined && always[index] !== tensors[index]?.id) return false;
    return true;
  }

  dispose(): void {
    this.#forget();
    this.#isGivenUp = true;
  }

  #replay({ recording, runner }: Trusted, step: () => unknown, { tensors }: Flat): unknown {
    let results: Tensor[];
    const { questions } = recording;
    // As the step would: labels at hand are looked at before anything runs.
    const isValid = questions.length > 0 && questions.every((question) => isKnown(question, tensors));
    this.#isRunning = true;
    try {
      results = runner.run(tensors, isValid);
    } catch (error) {
      // Nothing has changed yet, so the step can be run as it is: it fails in its own way, or shows that the recording is not it.
      const returned = scopedCall(step);
      const what =
        error instanceof OtherShape
          ? error.message
          : `a kernel failed that does not fail in the step (${messageOf(error)})`;
      this.#distrust(what);
      return returned;
    } finally {
      this.#isRunning = false;
    }
    this.#replayed++;
    if (!isValid) guardReads(recording, results, tensors);
    const { structure, sources } = recording.returned;
    const all = sources.map((source) => {
      if (source.kind === 'known') return source.tensor;
      if (source.kind === 'argument') return tensors[source.index] as Tensor;
      const result = results[source.index] as Tensor;
      result.kept = source.isKept;
      return result;
    });
    return assemble(structure, all);
  }

  #record(step: () => unknown, args: Flat): unknown {
    const expected = this.#trusted?.recording ?? this.#last;
    const before = expected !== undefined && isReadable(this.backend) ? expected.variables.map(holdLive) : undefined;
    try {
      const { returned, recording } = record(() => scopedCall(step), args);
      this.#undo?.saw(recording);
      const problem = recording.problem ?? (expected && withSubject(difference(expected, recording)));
      const always = this.#always;
      const ids = idsOf(args);
      this.#always = ids;
      if (problem === undefined && expected !== undefined) {
        this.#always = ids.map((id, index) => (always[index] === id ? id : undefined));
        this.#trust(recording, args, before, returned);
      } else {
        // The replays were right: the same tensor was an argument in one recording, and one of the closure in the other.
        if (takesAny(recording, always) || (expected && takesAny(expected, ids))) this.#replayed = 0;
        this.#differs(recording, problem, returned);
      }
      return returned;
    } finally {
      for (const tensor of before ?? []) tensor?.dispose();
    }
  }

  /** Two recordings are alike: what a replay gives is compared with what the step gave, where that needs no wait for a device. */
  #trust(
    recording: Recording,
    args: Flat,
    before: readonly (Tensor | undefined)[] | undefined,
    returned: unknown,
  ): void {
    const optimized = optimize(recording);
    const fused = before && fuse(optimized, this.backend);
    let replay = new Replay(fused ?? optimized);
    let other = before && whatDiffers({ recording, replay }, args, before, returned);
    if (other !== undefined && fused !== undefined) {
      replay = new Replay(optimized);
      other = whatDiffers({ recording, replay }, args, before as readonly (Tensor | undefined)[], returned);
    }
    if (other !== undefined) {
      optimized.release();
      return this.#differs(recording, other, returned);
    }
    const runner = this.#runnerOf(optimized, replay);
    if (!(runner instanceof Replay) && before !== undefined) {
      const taken = {
        args: args.tensors,
        before: before as readonly Tensor[],
        results: resultsOf(recording, returned),
      };
      runner.prove(taken);
      // Else the same steps would give other bits in a process that has recorded others of them.
      if (runner instanceof CompiledRunner) runner.adopt(taken);
    }
    this.#forget();
    this.#trusted = { recording, optimized, replay, runner };
    this.#reason = undefined;
    this.#differences = 0;
    this.#replayed = 0;
    while (this.#nextCheck <= this.#runs) this.#nextCheck *= 2;
  }

  #runnerOf(optimized: Optimized, replay: Replay): Runner {
    if (this.#options.exact === true) return replay;
    const before = this.#trusted?.runner;
    if (isCompilable(this.backend))
      return new CompiledRunner(
        replay,
        optimized,
        this.backend,
        before instanceof CompiledRunner ? before : undefined,
        this.#options,
      );
    const native = nativeBackend(this.backend);
    if (native === undefined) return replay;
    return new NativeRunner(replay, optimized, native, before instanceof NativeRunner ? before : undefined);
  }

  #differs(recording: Recording, problem: string | undefined, returned: unknown): void {
    const wereReplayed = this.#trusted === undefined ? 0 : this.#replayed;
    this.#forget();
    if (recording.problem === undefined) this.#last = recording;
    else releaseRecording(recording);
    if (problem === undefined) return; // the first one
    this.#reason = problem;
    this.#differences++;
    this.#isGivenUp = this.#differences >= MAX_DIFFERENCES || wereReplayed > 0;
    if (this.#isGivenUp) this.#forget();
    if (wereReplayed === 0) return;
    // Nobody gets what the step made; what it only handed back is not its own.
    const { sources } = recording.returned;
    for (const [index, tensor] of flatten(returned).tensors.entries())
      if (sources[index]?.kind === 'result' && !tensor.kept) tensor.dispose();
    throw headError(
      'TRACE_CHANGED',
      `A traced step must do the same each time, got one that has changed within the last ${wereReplayed} replayed steps: ${problem}. ` +
        'What it computes with must be an argument, a variable, or fed by an optimizer of tfjs-heads. It runs eagerly from now on.',
    );
  }

  #distrust(reason: string): void {
    this.#forget();
    this.#reason = reason;
    this.#differences++;
    this.#isGivenUp = this.#differences >= MAX_DIFFERENCES;
  }

  #forget(): void {
    if (this.#last !== undefined && this.#last !== this.#trusted?.recording) releaseRecording(this.#last);
    if (this.#trusted !== undefined) {
      const { optimized, runner } = this.#trusted;
      optimized.release();
      if (!(runner instanceof Replay)) runner.release();
      releaseRecording(this.#trusted.recording);
    }
    this.#last = undefined;
    this.#trusted = undefined;
  }
}

function withSubject(what: string | undefined): string | undefined {
  return what && `from one recording to the next ${what} differs`;
}

function whatIsGone({ recording: { program, constants, variables } }: Trusted): string | undefined {
  for (const variable of variables)
    if (!isLiveVariable(variable)) return `the variable ${variable.name} is disposed of`;
  for (let index = 0; index < constants.length; index++) {
    const tensor = constants[index] as Tensor;
    if (tensor.isDisposed)
      return `a tensor of shape [${program.constants[index]?.shape}] that it took from outside is disposed of`;
  }
  return undefined;
}

function idsOf({ tensors }: Flat): readonly number[] {
  return tensors.map(({ id }) => id);
}

/** Whether a step takes one of these tensors, by their ids, from its closure. */
function takesAny({ constants, returned }: Recording, ids: readonly (number | undefined)[]): boolean {
  return (
    constants.some(({ id }) => ids.includes(id)) ||
    returned.sources.some((source) => source.kind === 'known' && ids.includes(source.tensor.id))
  );
}

function holdLive(variable: Recording['variables'][number]): Tensor | undefined {
  return isLiveVariable(variable) ? hold(variable) : undefined;
}

/** Whether data lie in the memory of this process, so that reading them waits for nothing. */
function isReadable(backend: object): boolean {
  if ('isUsingGpuDevice' in backend) return !backend.isUsingGpuDevice;
  return 'data' in backend || 'dataIdMap' in backend;
}
