export * from '@tfjs-heads/conformance-kit';
export type { BackendRun, ConformanceReport } from './report/format.js';
