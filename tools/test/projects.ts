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

/**
 * The tests in Node alone whose files share their modules too: to start a worker, and to read tfjs in it, takes longer than most of
 * them. They leave all as it was, but that the backend may be cpu. The others are in `tools-isolated`: they mock, repair or register
 * something, have a second tfjs, or take so long that it is no matter.
 */
export const sharingTools: readonly string[] = [
  'tools/{build,check-bundlers,check-packages,check-tfjs,goldens,loss-kernels,step-kernels,test}/**/*.test.ts',
  'packages/{head-api,head-multi,optimizers,reference}/test/*.node-test.ts',
  'packages/conformance-kit/test/!(run).node-test.ts',
  'packages/estimator/test/!(checkpoints|cli|run-options).node-test.ts',
  'packages/examples/test/{class-curves,data,export,report,start}.node-test.ts',
  'packages/head-kit/test/{by-simd,exact-sums,metric-state}.node-test.ts',
  'packages/tracing/test/{agreement,graph-model,onnx,options,philox}.node-test.ts',
  'packages/backend-conformance/test/{check-claims,checks,known-divergences,seal,serve,tail,validate-goldens}.node-test.ts',
  'packages/backend-conformance/test/report-!(files).node-test.ts',
];
