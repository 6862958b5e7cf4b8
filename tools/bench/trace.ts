import * as tf from '@tensorflow/tfjs-core';
import { repairWasmLargeSums } from '@tfjs-heads/backends/repairs/wasm-large-sums';
import { repairWasmTransposedMatMul } from '@tfjs-heads/backends/repairs/wasm-transposed-matmul';
import { repairWasmUnsortedSegmentSum } from '@tfjs-heads/backends/repairs/wasm-unsorted-segment-sum';
import type { Trace } from '@tfjs-heads/tracing';
import type { BackendName } from '../test/backend/name.js';
import type { Benchmark, Row } from './benchmark.js';
import { compiledBy, type CompiledFunction } from './compiled-function.js';
import { type Contestant, inThisProcess, type Times } from './contestant.js';
import { fit } from './fit.js';
import { computeOf, isSettled, LIMITS } from './trace-compute.js';
import {
  contestantsOf,
  inputsOf,
  kernelsOf,
  OURS,
  ourStep,
  type OurStep,
  RELAXED,
  taskOf,
  use,
} from './trace-contestants.js';
import { EMBEDDING, EMBEDDING_ROWS, embeddingContestants } from './trace-embedding.js';
import { lossesInDoubles, type Rates, type Task } from './trace-float64.js';

const NETWORKS = [
  [20, 64, 64, 1],
  [200, 512, 512, 10],
] as const;
const BATCHES = [32, 1024];
const OPTIMIZERS: readonly Rates[] = [
  { optimizer: 'SGD', rate: 0.05 },
  { optimizer: 'Adam', rate: 0.001 },
];
const COMPARED_STEPS = 60;
const REPETITIONS = 9;
const TRACINGS = 5;
const EAGER_STEPS = 20;
const MILLISECONDS_A_REPETITION = 60;

/** What the times of a peer are compared by: those that it has. */
const UNITS: Readonly<Record<keyof Times, string>> = {
  thread: 'ms of CPU, main thread',
  wall: 'ms of wall',
  process: 'ms of CPU, all threads',
};

/** What is wanted of the compilation of the first network: ms of CPU, and bytes. */
const WANTED = { time: 50, bytes: 15_000 };

/**
 * A traced step of ours against the same step eager, `trainOnBatch` of tfjs-layers as shipped and with our repairs, jax-js by its jit and, where their Pythons
 * are there, `tf.function` and JAX by its jit: CPU time of the main thread where it can be had (Linux) beside that of the wall and of all threads, in turns, how far
 * each loss is from doubles, how long it takes to trace and to compile, and what share it is of what SIMD of WebAssembly can do; then an embedding, and `fit`.
 */
export const trace: Benchmark = async (backend, onRow, options) => {
  const shipped = kernelsOf(backend);
  if (backend === 'wasm') {
    await repairWasmTransposedMatMul();
    await repairWasmLargeSums();
  }
  const repaired = kernelsOf(backend);
  for (const sizes of NETWORKS)
    for (const rates of OPTIMIZERS)
      for (const rows of BATCHES) {
        const task = taskOf(sizes, rows);
        const contestants = await contestantsOf(task, rates, backend, { shipped, repaired, jax: options.jax });
        const compute = await computeOf(task, rates);
        // The doubles of the widest take minutes.
        const truth = sizes[0] === 20 || rows === 32 ? lossesInDoubles(task, rates, COMPARED_STEPS) : undefined;
        const errors = await errorsOf(contestants, truth);
        const times = await timesOf(new Map([...contestants, ...compute]));
        for (const { end } of [...contestants.values(), ...compute.values()]) end?.();
        const name = `${sizes.join('-')}, ${rates.optimizer}`;
        const row = (of: string, compared: Compared): void =>
          onRow({ benchmark: 'trace', backend, batch: rows, case: `${name}${of}`, ...compared });
        compareAll(OURS, times, backend, (compared) => row('', compared));
        compareAll(RELAXED, times, backend, (compared) => row(`, ${RELAXED}`, compared));
        for (const [alone, limit] of LIMITS)
          compareAll(alone, times, backend, (compared) => {
            if (compared.peer === limit) row(`, ${alone}`, compared);
          });
        for (const [peer, theirs] of errors) {
          const ours = errors.get(OURS) as readonly number[];
          if (peer === OURS) continue;
          for (const [index, step] of [1, COMPARED_STEPS].entries()) {
            const [x, y] = [rounded(ours[index] as number), rounded(theirs[index] as number)];
            row(`, loss ${step}`, { peer, unit: 'relative error', ours: x, theirs: y, ratio: y / x });
          }
        }
        const { ours, theirs, compiled } = await timeToTrace(task, rates);
        const peer = `${EAGER_STEPS} eager steps`;
        row(', time to trace', { peer, unit: UNITS.process, ours, theirs, ratio: theirs / ours });
        for (const [key, unit] of Object.entries({ time: UNITS.thread, bytes: 'bytes' })) {
          const [our, wanted] = [compiled?.[key as keyof typeof WANTED], WANTED[key as keyof typeof WANTED]];
          if (our !== undefined)
            row(key === 'time' ? ', the call that compiles' : ', its module', {
              peer: 'what is wanted',
              unit,
              ours: our,
              theirs: wanted,
              ratio: wanted / our,
            });
        }
        tf.disposeVariables();
      }
  use(shipped);
  await embedding(backend, onRow);
  await fit(backend, onRow, options);
};

/** What a row says besides who, what and where. */
type Compared = Pick<Row, 'peer' | 'unit' | 'ours' | 'theirs' | 'ratio'>;

/** By kernels as shipped, but for the one that wasm lacks. */
async function embedding(backend: BackendName, onRow: (row: Row) => void): Promise<void> {
  await repairWasmUnsortedSegmentSum();
  for (const rates of OPTIMIZERS) {
    const contestants = await embeddingContestants(rates);
    const times = await timesOf(contestants);
    for (const { end } of contestants.values()) end?.();
    const common = { benchmark: 'trace', backend, batch: EMBEDDING_ROWS, case: `${EMBEDDING}, ${rates.optimizer}` };
    compareAll(OURS, times, backend, (compared) => onRow({ ...common, ...compared }));
    tf.disposeVariables();
  }
}

/** One with each of the others. */
function compareAll(
  of: string,
  times: ReadonlyMap<string, Times>,
  backend: BackendName,
  row: (compared: Compared) => void,
): void {
  const ours = times.get(of);
  if (ours === undefined) return;
  for (const [peer, theirs] of times)
    if (peer !== of) for (const compared of comparedBy(ours, theirs, backend)) row({ peer, ...compared });
}

function* comparedBy(ours: Times, theirs: Times, backend: BackendName): Generator<Omit<Compared, 'peer'>> {
  for (const [key, unit] of Object.entries(UNITS)) {
    const [our, their] = [ours[key as keyof Times], theirs[key as keyof Times]];
    if (our === undefined || their === undefined || key === cpuLeftOut(backend, theirs)) continue;
    yield { unit, ours: our, theirs: their, ratio: their / our };
  }
}

/** Of CPU, that of the main thread says more, where there is one and it is the one that computes: native TensorFlow has threads of its own. */
function cpuLeftOut(backend: BackendName, { thread }: Times): keyof Times {
  return thread === undefined || backend === 'tensorflow' ? 'thread' : 'process';
}

/** Medians: until a fresh trace runs its recording, and the eager steps that it may take. Of all threads: native TensorFlow computes in its own. */
async function timeToTrace(
  task: Task,
  rates: Rates,
): Promise<{ ours: number; theirs: number; compiled: Pick<CompiledFunction, 'time' | 'bytes'> | undefined }> {
  const { x, labels } = inputsOf(task);
  const batch = { features: { x }, labels };
  const [tracing, eager]: [number[], number[]] = [[], []];
  const compiled: CompiledFunction[] = [];
  for (let repetition = 0; repetition < TRACINGS; repetition++) {
    const traced = ourStep(task, rates, true) as Trace<OurStep>;
    const fresh = await inThisProcess(async () => {
      const to = await compiledBy(
        () => traced(batch).dispose(),
        () => isSettled(traced),
      );
      if (to !== undefined) compiled.push(to);
      return 0;
    });
    tracing.push((await fresh.train(1)).process);
    traced.dispose();
    const plain = ourStep(task, rates, false);
    plain(batch).dispose();
    const steps = await inThisProcess(async () => {
      plain(batch).dispose();
      return 0;
    });
    eager.push((await steps.train(EAGER_STEPS)).process);
  }
  tf.dispose([x, labels]);
  const time = median(compiled.map((to) => to.time));
  const bytes = compiled[0]?.bytes;
  return { ours: median(tracing), theirs: median(eager), compiled: bytes === undefined ? undefined : { time, bytes } };
}

/** The relative errors of the first loss and of that after 60 steps. */
async function errorsOf(
  contestants: ReadonlyMap<string, Contestant>,
  truth: readonly number[] | undefined,
): Promise<Map<string, number[]>> {
  const errors = new Map<string, number[]>();
  if (truth === undefined) return errors;
  for (const [name, contestant] of contestants) {
    const { losses } = await contestant.train(COMPARED_STEPS);
    const errorAt = (index: number): number => Math.abs((losses[index] as number) / (truth[index] as number) - 1);
    errors.set(name, [errorAt(0), errorAt(COMPARED_STEPS - 1)]);
  }
  return errors;
}

/** Medians of a step, in turns. */
export async function timesOf(contestants: ReadonlyMap<string, Contestant>): Promise<Map<string, Times>> {
  const counts = new Map<string, number>();
  const times = new Map<string, Times[]>();
  for (const [name, contestant] of contestants) {
    await contestant.train(5);
    const { thread, wall } = await contestant.train(1);
    counts.set(name, Math.max(1, Math.round(MILLISECONDS_A_REPETITION / Math.max(thread ?? wall, 0.01))));
    times.set(name, []);
  }
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    for (const [name, contestant] of contestants) {
      await contestant.train(1); // what the one before has left in the caches is not this one's
      const count = counts.get(name) as number;
      const { thread, wall, process: all } = await contestant.train(count);
      const each = { wall: wall / count, process: all / count };
      times.get(name)?.push(thread === undefined ? each : { ...each, thread: thread / count });
    }
  const medianOf = (all: readonly Times[], key: keyof Times): number =>
    median(all.flatMap((one) => (one[key] === undefined ? [] : [one[key]])));
  return new Map(
    [...times].map(([name, all]): [string, Times] => {
      const each = { wall: medianOf(all, 'wall'), process: medianOf(all, 'process') };
      return [name, all[0]?.thread === undefined ? each : { ...each, thread: medianOf(all, 'thread') }];
    }),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

const rounded = (error: number): number => Number(error.toPrecision(2));
