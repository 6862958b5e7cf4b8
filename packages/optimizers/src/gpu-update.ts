import { util } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { compose, type UpdateInputs } from './composed-update.js';
import type { Arithmetic, Scalars, UpdateAttributes } from './update-rule.js';

/** What the webgl backend offers. */
interface WebglBackend {
  runWebGLProgram(program: object, inputs: TensorInfo[], dtype: 'float32', uniforms: number[][]): TensorInfo;
}

/** What the webgpu backend offers. */
interface WebgpuBackend {
  runWebGPUProgram(program: object, inputs: TensorInfo[], dtype: 'float32', uniforms: object[]): TensorInfo;
}

/** One number for each element of a tensor, by an expression of the elements of others at the same place. */
interface ElementProgram {
  readonly expression: string;
  readonly shape: number[];
  /** By their names in the expression. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly numbers: Scalars;
}

/** The text of an expression that GLSL and WGSL read alike. */
const onText: Arithmetic<string> = {
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,
  sqrt: (a) => `sqrt(${a})`,
  abs: (a) => `abs(${a})`,
  max: (a, b) => `max(${a}, ${b})`,
  relu: (a) => `max(${a}, 0.0)`,
  sign: (a) => `signOf(${a})`,
  pow: (base, exponent) => `pow(${base}, ${exponent})`,
  clip: (a, limit) => `within(${a}, ${limit})`,
};

/**
 * The update by programs of the GPU, one for the variable and one for each slot, since a program there has one output: what
 * they share is computed again, which is cheaper than a read.
 *
 * @returns Undefined where no GPU computes.
 */
export function gpuUpdate(
  backend: object,
  inputs: UpdateInputs<TensorInfo>,
  attributes: Pick<UpdateAttributes, 'rule' | 'scalars'>,
): TensorInfo[] | undefined {
  const run = isWebgl(backend) ? glslRunner(backend) : isWebgpu(backend) ? wgslRunner(backend) : undefined;
  if (run === undefined) return undefined;
  // Names of slots are TensorFlow's, and may be words of the language.
  const names = Object.fromEntries(Object.keys(inputs).map((name) => [name, INPUT + name]));
  const expressions = compose(onText, names as UpdateInputs<string>, attributes, (name) => NUMBER + name);
  const named = Object.entries(inputs).map(([name, input]) => [INPUT + name, input] as const);
  const numbers = Object.entries(attributes.scalars).map(([name, value]) => [NUMBER + name, value] as const);
  return expressions.map((expression) => {
    const words = new Set(expression.match(/\w+/g));
    return run({
      expression,
      shape: inputs.variable.shape,
      inputs: Object.fromEntries(named.filter(([name]) => words.has(name))),
      numbers: Object.fromEntries(numbers.filter(([name]) => words.has(name))),
    });
  });
}

/** What inputs and numbers are called in a program, which has names of its own. */
const INPUT = 'input_';
const NUMBER = 'number_';

const isWebgl = (backend: object): backend is WebglBackend => 'runWebGLProgram' in backend;
const isWebgpu = (backend: object): backend is WebgpuBackend => 'runWebGPUProgram' in backend;

/** How tfjs calls a texture or a buffer that an input is in. */
const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

const glslRunner =
  (backend: WebglBackend) =>
  ({ expression, shape, inputs, numbers }: ElementProgram): TensorInfo => {
    const names = Object.keys(inputs);
    const program = {
      variableNames: names.map(capital),
      outputShape: shape,
      customUniforms: Object.keys(numbers).map((name) => ({ name, type: 'float' })),
      userCode: `float within(float a, float limit) { return a > limit ? limit : (a < -limit ? -limit : a); }
      float signOf(float a) { return a > 0.0 ? 1.0 : (a < 0.0 ? -1.0 : a); }
      void main() {
        ${names.map((name) => `float ${name} = get${capital(name)}AtOutCoords();`).join(' ')}
        setOutput(${expression});
      }`,
    };
    return backend.runWebGLProgram(
      program,
      Object.values(inputs),
      'float32',
      Object.values(numbers).map((value) => [value]),
    );
  };

const WORKGROUP = 128;

const wgslRunner =
  (backend: WebgpuBackend) =>
  ({ expression, shape, inputs, numbers }: ElementProgram): TensorInfo => {
    const names = Object.keys(inputs);
    const program = {
      variableNames: names.map(capital),
      outputShape: shape,
      shaderKey: `tfjsHeads_${expression}`,
      size: true,
      uniforms: Object.keys(numbers)
        .map((name) => `${name} : f32,`)
        .join(' '),
      workgroupSize: [WORKGROUP, 1, 1],
      dispatchLayout: { x: shape.map((_, axis) => axis) },
      dispatch: [Math.ceil(util.sizeFromShape(shape) / WORKGROUP), 1, 1],
      getUserCode: () => `fn within(a: f32, limit: f32) -> f32 {
        if (a > limit) { return limit; }
        if (a < -limit) { return -limit; }
        return a;
      }
      fn signOf(a: f32) -> f32 {
        if (a > 0.0) { return 1.0; }
        if (a < 0.0) { return -1.0; }
        return a;
      }
      fn main(index: i32) {
        if (index < uniforms.size) {
          ${names.map((name) => `let ${name} = get${capital(name)}ByOutputIndex(index);`).join(' ')}
          setOutputAtIndex(index, ${expression.replaceAll(/\bnumber_\w+/g, 'uniforms.$&')});
        }
      }`,
    };
    const uniforms = Object.values(numbers).map((value) => ({ type: 'float32', data: [value] }));
    return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', uniforms);
  };
