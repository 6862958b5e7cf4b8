import { CONTROL, HELPER } from './helper-source.js';
import { messageOf } from '../../message-of.js';

/** A thread as Node and pages have it. */
interface Helper {
  postMessage(message: unknown, transfer: []): void;
  terminate(): unknown;
}

/** What helpers need of a program. */
export interface Shared {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The functions of `Math` that it takes. */
  readonly imports: readonly string[];
}

/** How many helpers there may be. */
const MOST = 32;

/** Threads that wait for steps to help with: those of all programs, started when the first one asks. */
export class Pool {
  readonly #source: string;
  readonly #helpers: Helper[] = [];
  #control: Int32Array | undefined;
  #programs = 0;
  #reason: string | undefined;

  /** @param source What a helper runs. */
  constructor(source: string = HELPER) {
    this.#source = source;
  }

  /** Why there are no helpers; undefined where there are, or may be. */
  get reason(): string | undefined {
    return (
      this.#reason ??
      (typeof SharedArrayBuffer === 'undefined'
        ? 'pages have others where they are isolated from other origins'
        : undefined)
    );
  }

  /**
   * Tells so many helpers about a program, and starts those that are missing.
   *
   * @returns What to {@link call} it by
   */
  join(count: number, { module, memory, imports }: Shared): number {
    const id = ++this.#programs;
    try {
      this.#control ??= new Int32Array(new SharedArrayBuffer(4 * (CONTROL.mail + MOST)));
      while (this.#helpers.length < Math.min(count, MOST)) this.#start(this.#control);
      this.#send(count, { id, module, memory, imports });
    } catch (error) {
      this.fail(messageOf(error));
    }
    return id;
  }

  /** A step of a program begins. */
  call(id: number): void {
    const control = this.#control as Int32Array;
    Atomics.store(control, CONTROL.program, id);
    this.#wake(control);
  }

  /** A program is gone. */
  leave(id: number): void {
    if (this.#reason === undefined) this.#send(this.#helpers.length, { id });
  }

  /** Ends all helpers, for good. */
  fail(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const helper of this.#helpers) void helper.terminate();
    this.#helpers.length = 0;
  }

  #start(control: Int32Array): void {
    const helper = started(this.#source, (reason) => this.fail(`a thread has ended (${reason})`));
    const mail = CONTROL.mail + this.#helpers.length;
    this.#helpers.push(helper);
    helper.postMessage({ control, mail }, []);
    Atomics.add(control, mail, 1);
  }

  #send(count: number, message: object): void {
    const control = this.#control as Int32Array;
    for (const [index, helper] of this.#helpers.slice(0, count).entries()) {
      helper.postMessage(message, []);
      Atomics.add(control, CONTROL.mail + index, 1);
    }
    Atomics.store(control, CONTROL.program, 0);
    this.#wake(control);
  }

  #wake(control: Int32Array): void {
    Atomics.add(control, CONTROL.calls, 1);
    if (Atomics.load(control, CONTROL.sleeping) > 0) Atomics.notify(control, CONTROL.calls);
  }
}

/** Starts a thread that keeps no process alive. */
function started(source: string, hasEnded: (reason: string) => void): Helper {
  const threads = nodeModule<typeof import('node:worker_threads')>('node:worker_threads');
  if (threads !== undefined) {
    const worker = new threads.Worker(source, { eval: true, execArgv: [], name: 'tfjs-heads' });
    worker.on('error', (error) => hasEnded(messageOf(error)));
    worker.on('exit', (code) => hasEnded(`exit code ${code}`));
    worker.unref();
    return worker;
  }
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), {
    name: 'tfjs-heads',
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    hasEnded(event.message ?? 'a policy may forbid it');
  });
  return worker;
}

/** How many threads can run at once here. */
export function processors(): number {
  const os = nodeModule<typeof import('node:os')>('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** A module of Node, where there is Node: an import would get into bundles for pages. */
function nodeModule<T>(name: string): T | undefined {
  if (typeof process === 'undefined') return undefined;
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
  return getBuiltinModule?.call(process, name) as T | undefined;
}
