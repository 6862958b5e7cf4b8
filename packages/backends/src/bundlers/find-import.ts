import type { BackendPackage, Failure } from './import-backend.js';

/**
 * Imports the package of a backend; returns what was thrown instead of throwing it. For webpack `#import-backend` is
 * another module than for the rest (`imports` in package.json), and Parcel takes find-import.parcel.cts in this module's
 * place (`alias` there): each passes over a package that is not installed in a form of its own.
 */
export async function importBackend(name: BackendPackage): Promise<Failure | undefined> {
  // A page without a bundler knows no `#`; there the module is at its address.
  const { importBackend: imports } = await import('#import-backend').catch(
    () => import(/* webpackIgnore: true */ './import-backend.js'),
  );
  return imports[name]();
}
