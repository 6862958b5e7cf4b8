import type { BinaryName } from '../wasm/binary-names.js';

/**
 * Where a bundler has copied a binary of the wasm backend to. For webpack `#copied-binary` is another module than for
 * the rest (`imports` in package.json), and Parcel takes find-copied-binary.parcel.cts in this module's place (`alias`
 * there): the form that the rest understand is an error for both where the package is not installed.
 */
export async function findCopiedBinary(name: BinaryName): Promise<string | undefined> {
  try {
    return (await import('#copied-binary')).copiedBinary(name);
  } catch {
    return undefined; // No bundler, and `import()`, `#` or `import.meta` means nothing here.
  }
}
