import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { headError } from '@tfjs-heads/head-kit/error';
import { Buffers } from './buffers.js';
import { type InputPart, inputParts } from './input-parts.js';
import { cutOptions, type EvaluateCommandOptions, type PredictCommandOptions } from './options.js';
import type { Dealt, Done, Task, TaskFailure, TaskResult, WorkerSettings } from './worker.js';

/** What workers do with parts of the input. */
export type Job =
  | { readonly kind: 'evaluate'; readonly options: EvaluateCommandOptions }
  | { readonly kind: 'predict'; readonly options: PredictCommandOptions };

/** How many parts each worker has at most: one to work on, and one that waits. */
const PARTS = 2;
/** How many parts, for each worker, may be done before one that is not, which all wait for. */
const AHEAD = 4;

interface Lane {
  readonly port: MessagePort;
  parts: number;
}

/** Threads that work on the parts of an input. They begin to load the model when the pool is made. */
export class Pool {
  readonly #workers: number;
  readonly #threads: Piscina<Task, TaskResult | TaskFailure>;

  constructor(workers: number, settings: WorkerSettings) {
    this.#workers = workers;
    this.#threads = new Piscina({
      filename: new URL('./worker.js', import.meta.url).href,
      name: 'work',
      minThreads: workers,
      maxThreads: workers,
      workerData: settings,
      // A thread that waits for a task loads its model meanwhile.
      atomics: 'disabled',
    });
  }

  /**
   * Deals parts of the input to the workers, to each as many as it can take, in memory that is shared.
   *
   * @param take Is given what a part came to, in the order of the parts; called again when that is done.
   * @returns What each worker came to
   * @throws WORKER_LOST where a thread has died, INPUT_INVALID, and what the model and the head throw
   */
  async deal(
    job: Job,
    source: AsyncIterable<Uint8Array>,
    take: (done: Done) => Promise<void> | void,
  ): Promise<readonly TaskResult[]> {
    const changes = new EventEmitter();
    const buffers = Buffers.shared();
    /** Parts that workers have, by their index. */
    const given = new Map<number, InputPart>();
    const done = new Map<number, Done>();
    const results: TaskResult[] = [];
    let [dealt, taken, isTaking] = [0, 0, false];
    let failure: { readonly error: unknown } | undefined;
    const changed = (): boolean => changes.emit('change');
    const fail = (error: unknown): void => {
      failure ??= { error };
      changed();
    };
    const takeDone = async (): Promise<void> => {
      if (isTaking) return;
      isTaking = true;
      try {
        for (let next = done.get(taken); next !== undefined; next = done.get(taken)) {
          done.delete(taken);
          await take(next);
          taken++;
          changed();
        }
      } catch (error) {
        fail(error);
      } finally {
        isTaking = false;
      }
    };
    const open = (): Lane => {
      const { port1: port, port2 } = new MessageChannel();
      const lane = { port, parts: 0 };
      port.on('message', (message: Done) => {
        lane.parts--;
        buffers.give((given.get(message.index) as InputPart).bytes);
        given.delete(message.index);
        done.set(message.index, message);
        changed();
        void takeDone();
      });
      this.#run({ ...job, port: port2 }, [port2]).then((result) => {
        results.push(result);
        changed();
      }, fail);
      return lane;
    };
    const lanes = Array.from({ length: this.#workers }, open);
    const send = ({ port }: Lane, message: Dealt): void => port.postMessage(message);
    const until = async (isReached: () => boolean): Promise<void> => {
      while (!isReached()) {
        if (failure !== undefined) throw failure.error;
        await once(changes, 'change');
      }
      if (failure !== undefined) throw failure.error;
    };
    try {
      for await (const part of inputParts(source, cutOptions(job.options), buffers.take)) {
        if (part.isShared) {
          for (const lane of lanes) send(lane, { part, index: dealt });
          continue;
        }
        const idlest = (): Lane => lanes.reduce((best, lane) => (lane.parts < best.parts ? lane : best));
        await until(() => idlest().parts < PARTS && dealt - taken < AHEAD * this.#workers);
        const lane = idlest();
        lane.parts++;
        given.set(dealt, part);
        send(lane, { part, index: dealt++ });
      }
      for (const lane of lanes) send(lane, null);
      await until(() => results.length === lanes.length && taken === dealt);
      return results;
    } finally {
      for (const { port } of lanes) port.close();
    }
  }

  /**
   * Sums up what workers have counted, in one of them: this thread has no model.
   *
   * @throws WORKER_LOST
   */
  async sum(options: EvaluateCommandOptions, results: readonly TaskResult[]): Promise<TaskResult['summed'] & object> {
    const contents = results.flatMap(({ content }) => content ?? []);
    const { summed } = await this.#run({ kind: 'sum', options, contents }, []);
    return summed as TaskResult['summed'] & object;
  }

  /** Ends the threads, whatever they do. */
  async destroy(): Promise<void> {
    await this.#threads.destroy();
  }

  async #run(task: Task, transferList: MessagePort[]): Promise<TaskResult> {
    let result: TaskResult | TaskFailure;
    try {
      result = await this.#threads.run(task, { transferList });
    } catch (cause) {
      throw headError('WORKER_LOST', `A worker must live until its rows are counted, got ${String(cause)}.`, { cause });
    }
    if (!('message' in result)) return result;
    throw result.code === undefined ? new Error(result.message) : headError(result.code, result.message);
  }
}
