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
  const { shape } = logits;
  const runOn = isWebgl(backend)
    ? (of: GpuFunction, inputs: Tensor[]) => backend.runWebGLProgram(glslProgram(of, shape), inputs, 'float32')
    : isWebgpu(backend)
      ? (of: GpuFunction, inputs: Tensor[]) => backend.runWebGPUProgram(wgslProgram(of, shape), inputs, 'float32')
      : undefined;
  if (runOn === undefined) return undefined;
  const run = (of: GpuFunction, shares?: Tensor): Tensor =>
    engine().makeTensorFromTensorInfo(
      shares === undefined ? runOn(of, [logits, labels]) : runOn(times(of), [logits, labels, shares]),
    );
  return {
    get losses() {
      return run(value);
    },
    gradient: () => run(derivative),
    weighted: { losses: (shares) => run(value, shares), gradient: (shares) => run(derivative, shares) },
    hessianTimes: (vector) => mul(run(curvature), vector),
  };
}

/** A function of a logit and a label times a share, and 0 for a share of 0. */
function times(of: GpuFunction): GpuFunction {
  return {
    name: `${of.name}Times`,
    parameters: ['x', 'z', 'share'],
    calls: [of],
    body: `
      if (share == 0.0) { return 0.0; }
      return ${of.name}(x, z) * share;`,
  };
}

/** What the programs call their inputs. */
const INPUTS = ['X', 'Z', 'S'];

const isWebgl = (backend: object): backend is WebglBackend => 'runWebGLProgram' in backend;
const isWebgpu = (backend: object): backend is WebgpuBackend => 'runWebGPUProgram' in backend;

function glslProgram(of: GpuFunction, outputShape: number[]): object {
  const functions = inOrder(of).map(({ name, parameters, body }) => {
    return `float ${name}(${parameters.map((parameter) => `float ${parameter}`).join(', ')}) {${body.replaceAll('NOT_A_NUMBER', 'NAN')}}`;
  });
  const variableNames = INPUTS.slice(0, of.parameters.length);
  return {
    variableNames,
    outputShape,
    userCode: `${functions.join('\n')}
      void main() {
        setOutput(${of.name}(${variableNames.map((name) => `get${name}AtOutCoords()`).join(', ')}));
      }`,
  };
}

const WORKGROUP = 128;

/** That of the functions: webgpu knows a program by its key, and two versions of this package may be in one program. */
const VERSION = 3;

function wgslProgram(of: GpuFunction, outputShape: number[]): object {
  const functions = inOrder(of).map(({ name, parameters, body }) => {
    const translated = body.replaceAll(/\bfloat (\w+) =/g, 'var $1: f32 =').replaceAll('NOT_A_NUMBER', 'uniforms.NAN');
    return `fn ${name}(${parameters.map((parameter) => `${parameter}: f32`).join(', ')}) -> f32 {${translated}}`;
  });
  const variableNames = INPUTS.slice(0, of.parameters.length);
  return {
    variableNames,
    outputShape,
    shaderKey: `tfjsHeads_${VERSION}_${of.name}`,
    size: true,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: [Math.ceil(util.sizeFromShape(outputShape) / WORKGROUP), 1, 1],
    getUserCode: () => `${functions.join('\n')}
      fn main(index: i32) {
        if (index < uniforms.size) {
          setOutputAtIndex(index, ${of.name}(${variableNames.map((name) => `get${name}ByOutputIndex(index)`).join(', ')}));
        }
      }`,
  };
}

/** A function after all that it calls, each once. */
function inOrder(of: GpuFunction): readonly GpuFunction[] {
  return [...new Set([...(of.calls ?? []).flatMap(inOrder), of])];
}
