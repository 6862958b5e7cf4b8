import { reasonOf } from '@tfjs-heads/conformance-kit/host';

// Taken before any code under test is loaded.
const { setImmediate: immediate, setTimeout: later } = globalThis as {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
};

/** Errors that nothing caught: of a timer, or of a promise that nobody waited for. They belong to whatever runs when they come. */
export class StrayErrors {
  #first: { readonly thrown: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** Takes note of the first one; others follow from it as a rule. */
  add(thrown: unknown): void {
    this.#first ??= { thrown };
    this.#wake?.();
  }

  /**
   * Runs something to its end, and a moment longer: a rejected promise is told of when all that can run has run.
   *
   * @throws Error where something was thrown before or meanwhile that nothing caught; else whatever it throws
   */
  async during<T>(run: () => Promise<T>): Promise<T> {
    let wake: (() => void) | undefined;
    const stray = new Promise<void>((resolve) => {
      this.#wake = wake = resolve;
    });
    this.#throwFirst();
    try {
      return (await Promise.race([run(), stray])) as T;
    } finally {
      await aMoment();
      if (this.#wake === wake) this.#throwFirst(); // or, late, it would take the error of another
    }
  }

  #throwFirst(): void {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined)
      throw new Error(`an error that nothing caught: ${reasonOf(first.thrown)}`, { cause: first.thrown });
  }
}

/** Listens for such errors from now on, in Node or in a page. In Node they no longer end the process. */
export function watchStrayErrors(): StrayErrors {
  const errors = new StrayErrors();
  if (immediate !== undefined) {
    const { process } = globalThis;
    process.on('uncaughtException', (error) => errors.add(error));
    process.on('unhandledRejection', (reason) => errors.add(reason)); // or another listener of the program's would keep it
  } else {
    addEventListener('error', ({ error, message }) => errors.add(error ?? message));
    addEventListener('unhandledrejection', ({ reason }) => errors.add(reason));
  }
  return errors;
}

/** A page tells of rejections by a task that comes after those that are waiting already. */
async function aMoment(): Promise<void> {
  if (immediate !== undefined) return new Promise((resolve) => void immediate(resolve));
  for (let i = 0; i < 2; i++) {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(null);
    });
  }
}

/** Waits until no timer is left that might throw, two seconds at most; a page or Bun does not tell, and gets a fifth of one. */
export async function quiet(): Promise<void> {
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void later(resolve, milliseconds));
  if (immediate === undefined || !tellsTimers()) return pause(200);
  const { process } = globalThis;
  for (const end = Date.now() + 2000; Date.now() < end && process.getActiveResourcesInfo().includes('Timeout');)
    await pause(20);
}

function tellsTimers(): boolean {
  const timer = later(() => {}, 1000);
  const isTold = globalThis.process.getActiveResourcesInfo().includes('Timeout');
  clearTimeout(timer as NodeJS.Timeout);
  return isTold;
}
