import * as tf from '@tensorflow/tfjs-core';
import { type Arithmetic, UPDATE, type UpdateAttributes } from '@tfjs-heads/optimizers';
import { theEngine } from '../src/engine.js';

interface ArrayBackend {
  readonly data: { get(dataId: object): { values: ArrayLike<number> } };
}

/** The numbers of a tensor of the backend cpu, as they are. */
export function numbersOf({ dataId }: tf.TensorInfo): ArrayLike<number> {
  return (theEngine().backend as unknown as ArrayBackend).data.get(dataId).values;
}

/**
 * Runs a function of tensors in doubles, on the backend cpu. Its kernels are loops of JavaScript, and float32 comes into them by the arrays that they fill alone: here `Float32Array` is
 * `Float64Array` meanwhile. The update of tfjs-heads, which rounds by `fround` too, runs by its rule.
 *
 * @param tensors What the function takes and assigns, which is in doubles from then on.
 * @param noise What each number that a kernel gives is multiplied by. Default: nothing.
 */
export function inDoubles<T>(tensors: readonly tf.TensorInfo[], run: () => T, noise?: () => number): T {
  const scope = globalThis as { Float32Array: unknown };
  const { platform } = tf.env();
  const [single, { isTypedArray }] = [scope.Float32Array, platform];
  const update = tf.getKernel(UPDATE, 'cpu');
  if (update !== undefined) {
    tf.unregisterKernel(UPDATE, 'cpu');
    tf.registerKernel({ ...update, kernelFunc: updateInDoubles });
  }
  const engine = theEngine();
  const { runKernel } = engine;
  if (noise !== undefined)
    engine.runKernel = (name, inputs, attributes) => {
      const made = runKernel.call(engine, name, inputs, attributes);
      if (name === 'Max' || name === 'Min') return made; // nothing is rounded, and their gradients look for what is equal
      const given = new Set(
        Object.values(inputs)
          .flat()
          .map((input) => (input as tf.Tensor | null)?.dataId),
      );
      for (const tensor of [made].flat()) {
        if (tensor.dtype !== 'float32' || given.has(tensor.dataId)) continue;
        const values = numbersOf(tensor) as Float64Array;
        for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) (values[i] as number) *= noise(); // whole numbers are exact
      }
      return made;
    };
  scope.Float32Array = Float64Array;
  platform.isTypedArray = ArrayBuffer.isView as typeof isTypedArray;
  try {
    for (const { dataId, dtype } of tensors) {
      const entry = (theEngine().backend as unknown as ArrayBackend).data.get(dataId);
      if (dtype === 'float32') entry.values = Float64Array.from(entry.values);
    }
    return run();
  } finally {
    if (noise !== undefined) Reflect.deleteProperty(engine, 'runKernel');
    scope.Float32Array = single;
    platform.isTypedArray = isTypedArray;
    if (update !== undefined) {
      tf.unregisterKernel(UPDATE, 'cpu');
      tf.registerKernel(update);
    }
  }
}

const onTensors: Arithmetic<tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  sqrt: tf.sqrt,
  abs: tf.abs,
  max: tf.maximum,
  relu: tf.relu,
  sign: tf.sign,
  pow: tf.pow,
  clip: (x, limit) => tf.minimum(tf.maximum(x, tf.neg(limit)), limit),
};

const updateInDoubles: tf.KernelFunc = ({ inputs, attrs }) =>
  tf.tidy(() => {
    const { rule, scalars } = attrs as unknown as UpdateAttributes;
    const { variable, gradient, scale, ...slots } = inputs as unknown as Record<
      'variable' | 'gradient' | 'scale',
      tf.Tensor
    >;
    // As every runner is given them.
    const numbers = Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [name, tf.scalar(Math.fround(value))]),
    );
    const scaled = scale === undefined ? gradient : tf.mul(gradient, scale);
    const { decay = 0, clipvalue = Infinity } = scalars;
    const made = rule.compose(
      onTensors,
      {
        ...slots,
        variable: decay === 0 ? variable : tf.sub(variable, tf.mul(variable, Math.fround(decay))),
        gradient: clipvalue === Infinity ? scaled : tf.clipByValue(scaled, -clipvalue, clipvalue),
      },
      numbers,
    );
    return ['variable', ...rule.slots].map((name) => made[name] as tf.Tensor);
  });
