import { einsum, mul, ones, reshape, type GradConfig, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The gradient of an operand is an einsum of what came back and the other operand. A letter that the operand alone has was added up:
 * its sum's gradient goes to each.
 */
export const einsumGradient: GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, operands, attrs) => {
    const [inputs = '', output = ''] = (attrs['equation'] as string).replaceAll(/\s/g, '').split('->');
    const terms = inputs.split(',');
    return Object.fromEntries(
      operands.map(({ shape }, i) => [
        i,
        () => {
          const letters = [...(terms[i] as string)];
          const others = terms.filter((_, j) => j !== i);
          const from = [output, ...others];
          const known = letters.filter((letter) => from.some((term) => term.includes(letter)));
          const tensors = [dy as Tensor, ...operands.filter((_, j) => j !== i)];
          const slope = einsum(`${from.join()}->${known.join('')}`, ...tensors);
          if (known.length === letters.length) return slope;
          const sizes = letters.map((letter, axis) => (known.includes(letter) ? (shape[axis] as number) : 1));
          return mul(reshape(slope, sizes), ones(shape));
        },
      ]),
    );
  },
};
