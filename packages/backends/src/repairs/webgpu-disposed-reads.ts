import {
  add,
  backend,
  getBackend,
  tensor1d,
  type BackendValues,
  type DataId,
  type DataStorage,
} from '@tensorflow/tfjs-core';
import { withoutCpuForwarding } from '../without-cpu-forwarding.js';
import { reporter, type RepairReport } from './report.js';

const report = reporter('webgpu-disposed-reads', undefined);

/** What the webgpu backend has; it keeps values that were read beside the tensor's buffer. */
interface WebgpuBackend {
  readonly tensorMap: DataStorage<unknown>;
  convertAndCacheOnCPU(dataId: DataId, values: BackendValues): BackendValues;
}

/**
 * `data()` of a tensor that is disposed of before its values have arrived gives them on every backend but webgpu, which wants
 * to keep them beside the tensor and fails with "Cannot read properties of undefined (reading 'backend')". tfjs' debug mode
 * reads every result without waiting: there each of them is a rejection that nobody can catch.
 */
export async function repairWebgpuDisposedReads(): Promise<RepairReport> {
  if (getBackend() !== 'webgpu') return report.notNeeded('the backend is not webgpu');
  if (await isReadAfterDisposal()) return report.notNeeded('values of tensors that are disposed of meanwhile arrive');
  const webgpu = backend() as unknown as WebgpuBackend;
  const keepValues = webgpu.convertAndCacheOnCPU;
  webgpu.convertAndCacheOnCPU = (dataId, values) =>
    webgpu.tensorMap.has(dataId) ? keepValues.call(webgpu, dataId, values) : values;
  if (!(await isReadAfterDisposal())) return report.impossible('reading a tensor that is disposed of meanwhile fails');
  return report.applied('reading a tensor that is disposed of meanwhile failed; its values arrive now');
}

async function isReadAfterDisposal(): Promise<boolean> {
  return withoutCpuForwarding(async () => {
    const operand = tensor1d([1, 2]);
    const sum = add(operand, 1);
    const reading = sum.data();
    sum.dispose();
    operand.dispose();
    try {
      const [first, second] = await reading;
      return first === 2 && second === 3;
    } catch {
      return false;
    }
  });
}
