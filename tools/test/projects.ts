import type { BackendName } from './backend/name.js';

/** A place where backends run. */
export type Environment = 'node' | 'chromium';

/** The backends that each environment has. */
export const environments: Readonly<Record<Environment, readonly BackendName[]>> = {
  node: ['cpu', 'wasm', 'tensorflow'],
  chromium: ['cpu', 'wasm', 'webgl', 'webgpu'],
};

/** The project of the tests of heads: its files share one set of modules, for starting a backend takes longer than most of them. */
export function projectName(environment: Environment, backend: BackendName): string {
  return `${environment}-${backend}`;
}

/** The project of the tests that change what all of a program shares: backends, kernels, gradients. Each file has modules of its own. */
export function isolatedProjectName(environment: Environment, backend: BackendName): string {
  return `${projectName(environment, backend)}-isolated`;
}

/** The packages with such tests. */
export const isolatedPackages: readonly string[] = ['backends', 'backend-conformance'];
