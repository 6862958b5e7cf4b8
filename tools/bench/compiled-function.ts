import { cpuClock } from './cpu-clock.js';

/** The function of WebAssembly that a trace was compiled to. */
export interface CompiledFunction {
  /** Of its module. */
  readonly bytes: number;
  /** How long the call took in which it was written and compiled, in ms of CPU: that recorded the step and compared it, too. */
  readonly time: number;
  /** Takes a step on what is in its memory, and does nothing else. */
  readonly step: () => void;
}

/**
 * Takes steps until it is settled what runs them, and tells which function that is; undefined where it is none.
 *
 * @param take Takes a step.
 */
export async function compiledBy(take: () => void, isSettled: () => boolean): Promise<CompiledFunction | undefined> {
  const clock = await cpuClock();
  const { Module, Instance } = WebAssembly;
  const sizes = new WeakMap<WebAssembly.Module, number>();
  let made: Omit<CompiledFunction, 'time'> | undefined;
  let time: number | undefined;
  WebAssembly.Module = class extends Module {
    constructor(source: BufferSource) {
      super(source);
      sizes.set(this, source.byteLength);
    }
  };
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      const { step } = this.exports;
      // Others have kernels.
      if (typeof step === 'function') made = { bytes: sizes.get(module) as number, step: step as () => void };
    }
  };
  try {
    while (!isSettled()) {
      const start = clock();
      take();
      if (made !== undefined) time ??= clock() - start;
    }
  } finally {
    Object.assign(WebAssembly, { Module, Instance });
  }
  return made && { ...made, time: time as number };
}
