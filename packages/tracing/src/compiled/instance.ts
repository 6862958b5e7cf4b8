import type { CompiledProgram } from './compile.js';
import type { Buffer } from './expression.js';
import type { Numbers } from './held-variables.js';

/** A compiled program in a memory of its own. */
export class Instance {
  readonly compiled: CompiledProgram;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Computes a step by one thread, and by those that help. */
  readonly step: () => void;
  readonly together: () => void;

  constructor(compiled: CompiledProgram) {
    this.compiled = compiled;
    const { pages, imports, isShared } = compiled;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: isShared });
    const functions = Object.fromEntries(
      imports.map((name) => [name, (Math as unknown as Record<string, (...of: number[]) => number>)[name]]),
    );
    this.module = new WebAssembly.Module(compiled.bytes);
    const { exports } = new WebAssembly.Instance(this.module, {
      m: { ...functions, memory: this.memory },
    } as WebAssembly.Imports);
    this.step = exports['step'] as () => void;
    this.together = exports['together'] as () => void;
    for (const { buffer, data } of compiled.data) this.numbersOf(buffer).set(data);
  }

  /** The functions of `Math` that it takes. */
  get imports(): readonly string[] {
    return this.compiled.imports;
  }

  numbersOf({ type, address, size }: Buffer): Numbers {
    return type === 'i32'
      ? new Int32Array(this.memory.buffer, address, size)
      : new Float32Array(this.memory.buffer, address, size);
  }
}
