import type { BackendName } from './backend/name.js';

/** A place where backends run. */
export type Environment = 'node' | 'chromium';

/** The backends that each environment has. */
export const environments: Readonly<Record<Environment, readonly BackendName[]>> = {
  node: ['cpu', 'wasm', 'tensorflow'],
  chromium: ['cpu', 'wasm', 'webgl', 'webgpu'],
};

export function projectName(environment: Environment, backend: BackendName): string {
  return `${environment}-${backend}`;
}
