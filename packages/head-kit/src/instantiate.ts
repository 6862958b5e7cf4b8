/**
 * What a module of WebAssembly exports.
 *
 * @param module Its bytes, in base64.
 * @returns Undefined where there is no WebAssembly or no SIMD, or where the policy of a page forbids it.
 */
export function instantiate<E extends object>(module: string, imports?: WebAssembly.Imports): E | undefined {
  try {
    const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as E;
  } catch {
    return undefined;
  }
}

/** What is made of the exports of a module when it is first asked for, and once: also that there is none. */
export function madeOf<E extends object, T>(module: string, make: (exports: E) => T): () => T | undefined {
  let made: readonly [T | undefined] | undefined;
  return () => {
    if (made === undefined) {
      const exports = instantiate<E>(module);
      made = [exports && make(exports)];
    }
    return made[0];
  };
}
