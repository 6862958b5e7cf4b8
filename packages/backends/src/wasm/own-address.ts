// Loaded where it is needed: `import.meta` is a syntax error in what Jest makes of modules, and empty in a classic script.

/** The address of this module or of the bundle that it is in; undefined in a classic script. */
export const ownAddress: string | undefined = import.meta.url;

/** Where an import map or Node has what a specifier stands for. */
export function resolve(specifier: string): string | undefined {
  try {
    return import.meta.resolve(specifier);
  } catch {
    return undefined;
  }
}
