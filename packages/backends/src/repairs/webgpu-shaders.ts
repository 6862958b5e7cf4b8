import {
  backend,
  getBackend,
  type DataId,
  type DataStorage,
  type DataType,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { reporter, type RepairReport } from './report.js';

const report = reporter('webgpu-shaders', undefined);

// On the function and by a global symbol, so that a second copy of this package sees it too.
const marker = Symbol.for('@tfjs-heads/backends/webgpu-shaders');

/** What a kernel has the backend run. */
interface Program {
  /** By which a compiled shader is found again, with the ranks and types of what it reads and writes. */
  shaderKey: string;
  readonly outputShape: readonly number[];
  getUserCode(): string;
}

interface RunProgram {
  (program: Program, inputs: TensorInfo[], ...others: unknown[]): TensorInfo;
  [marker]?: true;
}

interface WebgpuBackend {
  readonly tensorMap: DataStorage<{ readonly dtype: DataType }>;
  runWebGPUProgram: RunProgram;
}

/**
 * Two shaders of webgpu do not compile, which the backend does not notice: the result is memory that was somebody else's; two others compute something else.
 *
 * - A transposition of int32 or bool of three and more axes writes integers by the function for floats. `sum`, `mean`, `max`, `min`, `all`, `any`, `argMax`, `cumsum` and `unsortedSegmentSum`
 *   transpose so, too, where the axis is not the last.
 * - An operation of a tensor of five or six axes with one of a single axis looks up the last of its coordinates by number, which only vectors of up to four have.
 * - `unsortedSegmentSum` adds up the bits of floats where it is one of integers, and counts a segment beyond the last from the first on, where other backends leave it out.
 * - `denseBincount` of rows goes through as many numbers of each as there are bins.
 *
 * Their code is put right before it is compiled; other shaders are left as they are. It is not tried out, as that would take shaders that do not compile.
 */
export async function repairWebgpuShaders(): Promise<RepairReport> {
  if (getBackend() !== 'webgpu') return report.notNeeded('the backend is not webgpu');
  const webgpu = backend() as unknown as WebgpuBackend;
  const run = webgpu.runWebGPUProgram;
  if (run[marker]) return report.notNeeded('the shaders compile');
  const running: RunProgram = (program, inputs, ...others) => {
    const isInteger = inputs.length > 0 && typeOf(webgpu, (inputs[0] as TensorInfo).dataId) !== 'float32';
    putRight(program, isInteger);
    return run.call(webgpu, program, inputs, ...others);
  };
  running[marker] = true;
  webgpu.runWebGPUProgram = running;
  return report.applied(
    'shaders that transpose integers, or take one axis to five and six did not compile, sums of segments were of bits, and rows of bins lacked counts; their code is put right now',
  );
}

/** That of the memory, which is not always the tensor's. */
function typeOf({ tensorMap }: WebgpuBackend, dataId: DataId): DataType | undefined {
  return tensorMap.get(dataId)?.dtype;
}

function putRight(program: Program, isInteger: boolean): void {
  const corrections = correctionsOf(program, isInteger);
  if (corrections.length === 0) return;
  const codeOf = program.getUserCode;
  program.getUserCode = () =>
    corrections.reduce((code, [wrong, by]) => code.replaceAll(wrong, by), codeOf.call(program));
  program.shaderKey += '_right'; // A shader that did not compile is kept, too.
}

type Correction = readonly [wrong: RegExp | string, by: string];

function correctionsOf({ shaderKey, outputShape }: Program, isInteger: boolean): readonly Correction[] {
  if (shaderKey.startsWith('transpose_'))
    return isInteger ? [[/\bsetOutputAtIndex\((\w+), A\[/g, 'setOutputAtIndexI32($1, A[']] : [];
  if (shaderKey.startsWith('binary_') && outputShape.length > 4)
    return [
      [/\bcoords\[4\]/g, 'coords.u'],
      [/\bcoords\[5\]/g, 'coords.v'],
    ];
  if (shaderKey === 'unsortedSegmentSum')
    return [
      ['segmentId >= 0', 'segmentId >= 0 && segmentId < uniforms.numSegments'],
      ...(isInteger ? [['bitcast<i32>(value)', 'i32(value)'] as const] : []),
    ];
  // By the shape of what it writes into.
  if (shaderKey.startsWith('bincount_') && outputShape.length === 2)
    return [['getCoordsFromIndex(index)', 'vec2<i32>(index / uniforms.xShape.y, index % uniforms.xShape.y)']];
  return [];
}
