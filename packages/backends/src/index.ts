export { describeBackend, type BackendDescription } from './describe-backend.js';
export type { BackendsError, BackendsErrorCode } from './error.js';
export { probeUnit } from './probe-unit.js';
export type { RepairReport } from './repairs/report.js';
export { areSecondDerivativesRight } from './repairs/second-derivatives.js';
export type { Golden } from './self-test/golden.js';
export { goldens } from './self-test/goldens.js';
export { selfTest, type GoldenResult, type SelfTestResult } from './self-test/self-test.js';
export type { CandidateReport, StartProgress } from './report.js';
export {
  startBackend,
  type NoBackendError,
  type StartOptions,
  type StartResult,
  type StopSignal,
} from './start-backend.js';
export { formatReport } from './table.js';
export { headWorkload, type HeadWorkload, type HeadWorkloadBatch, type Step, type Workload } from './workload.js';
export type { BinaryName, WasmPaths } from './wasm/binary-names.js';
export { withoutCpuForwarding } from './without-cpu-forwarding.js';
