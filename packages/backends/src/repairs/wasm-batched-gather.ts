import { gather, getBackend, tensor2d, tidy, type KernelFunc, type Tensor } from '@tensorflow/tfjs-core';
import { batchesOfRows, fromRows, rowNumbers, toRows, type GatherAttributes } from '../batches-of-rows.js';
import { wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'wasm-batched-gather';
const report = reporter(mark, 8658);

/** wasm's gather with batch dimensions takes the indices of one batch for another's. As rows of all batches, they are gathered without such dimensions. */
export async function repairWasmBatchedGather(): Promise<RepairReport> {
  if (getBackend() !== 'wasm') return report.notNeeded('the backend is not wasm');
  if (await isRight()) return report.notNeeded('each batch is gathered by its own indices');
  wrapKernel(mark, 'GatherV2', 'wasm', byRows);
  return report.applied(
    'gather with batch dimensions took indices of other batches; it goes by rows of all batches now',
  );
}

async function isRight(): Promise<boolean> {
  const places = (): Tensor =>
    tensor2d(
      [
        [2, 0, 1],
        [1, 1, 0],
      ],
      [2, 3],
      'int32',
    );
  const gathered = tidy(() =>
    gather(
      tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      places(),
      1,
      1,
    ),
  );
  const values = await gathered.data();
  gathered.dispose();
  return values.join() === '3,1,2,5,5,4';
}

function byRows(original: KernelFunc): KernelFunc {
  return (params) => {
    const how = params.attrs as unknown as GatherAttributes;
    if (how.batchDims === 0) return original(params);
    const { x, indices } = params.inputs as unknown as Record<'x' | 'indices', Tensor>;
    const at = how.axis < 0 ? how.axis + x.shape.length : how.axis;
    const shape = [...x.shape.slice(0, at), ...indices.shape.slice(how.batchDims), ...x.shape.slice(at + 1)];
    return tidy(() => {
      const batches = batchesOfRows(x.shape, how);
      return fromRows(gather(toRows(x, batches), rowNumbers(indices, batches)), batches, shape);
    });
  };
}
