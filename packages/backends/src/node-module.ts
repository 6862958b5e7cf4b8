interface NodeGlobal {
  process?: { getBuiltinModule?: (name: string) => unknown };
}

/** A module of Node's own, or undefined elsewhere. Not an import, over which bundlers for the browser stumble. */
export function nodeModule<T>(name: string): T | undefined {
  return (globalThis as NodeGlobal).process?.getBuiltinModule?.(name) as T | undefined;
}
