import { engine, mul, util } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { ComposedLoss } from './loss.js';

/**
 * A function of numbers in the language that GLSL and WGSL have in common: `float y = x;` declares, `if`, `return`,
 * arithmetic, comparisons, `abs`, `floor` and `log` are as in both, and `NOT_A_NUMBER` is one.
 */
export interface GpuFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: string;
  /** The functions that the body calls, which are defined before it. */
  readonly calls?: readonly GpuFunction[];
}

/** What the webgl backend offers. */
interface WebglBackend {
  runWebGLProgram(program: object, inputs: TensorInfo[], dtype: 'float32'): TensorInfo;
}

/** What the webgpu backend offers. */
interface WebgpuBackend {
  runWebGPUProgram(program: object, inputs: TensorInfo[], dtype: 'float32'): TensorInfo;
}

/**
 * A loss of each logit by programs of the GPU, one each for losses, derivatives and second derivatives: composed of ops they
 * would be 10 to 20, and the `exp`, `expm1` and `softplus` of GPUs have too few digits near 0 and for large numbers.
 *
 * @param logits float32, as are the labels, of one shape.
 * @returns Undefined where no GPU computes.
 */
export function composedOnGpu(
  logits: Tensor,
  labels: Tensor,
  { value, derivative, curvature }: Readonly<Record<'value' | 'derivative' | 'curvature', GpuFunction>>,
): ComposedLoss | undefined {
  const backend: object = engine().backend;
  const run = isWebgl(backend)
    ? (of: GpuFunction) => tracked(backend.runWebGLProgram(glslProgram(of, logits.shape), [logits, labels], 'float32'))
    : isWebgpu(backend)
      ? (of: GpuFunction) =>
          tracked(backend.runWebGPUProgram(wgslProgram(of, logits.shape), [logits, labels], 'float32'))
      : undefined;
  return (
    run && {
      get losses() {
        return run(value);
      },
      gradient: () => run(derivative),
      hessianTimes: (vector) => mul(run(curvature), vector),
    }
  );
}

const isWebgl = (backend: object): backend is WebglBackend => 'runWebGLProgram' in backend;
const isWebgpu = (backend: object): backend is WebgpuBackend => 'runWebGPUProgram' in backend;

function tracked(info: TensorInfo): Tensor {
  return engine().makeTensorFromTensorInfo(info);
}

function glslProgram(of: GpuFunction, outputShape: number[]): object {
  const functions = inOrder(of).map(({ name, parameters, body }) => {
    return `float ${name}(${parameters.map((each) => `float ${each}`).join(', ')}) {${body.replaceAll('NOT_A_NUMBER', 'NAN')}}`;
  });
  return {
    variableNames: ['X', 'Z'],
    outputShape,
    userCode: `${functions.join('\n')}
      void main() {
        setOutput(${of.name}(getXAtOutCoords(), getZAtOutCoords()));
      }`,
  };
}

const WORKGROUP = 128;

function wgslProgram(of: GpuFunction, outputShape: number[]): object {
  const functions = inOrder(of).map(({ name, parameters, body }) => {
    const translated = body.replaceAll(/\bfloat (\w+) =/g, 'var $1: f32 =').replaceAll('NOT_A_NUMBER', 'uniforms.NAN');
    return `fn ${name}(${parameters.map((each) => `${each}: f32`).join(', ')}) -> f32 {${translated}}`;
  });
  return {
    variableNames: ['X', 'Z'],
    outputShape,
    shaderKey: `tfjsHeads_${of.name}`,
    size: true,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(util.sizeFromShape(outputShape) / WORKGROUP), 1, 1],
    getUserCode: () => `${functions.join('\n')}
      fn main(index: i32) {
        if (index < uniforms.size) {
          setOutputAtIndex(index, ${of.name}(getXByOutputIndex(index), getZByOutputIndex(index)));
        }
      }`,
  };
}

/** A function after all that it calls, each once. */
function inOrder(of: GpuFunction): readonly GpuFunction[] {
  return [...new Set([...(of.calls ?? []).flatMap(inOrder), of])];
}
