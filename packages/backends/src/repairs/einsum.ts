import {
  backend_util,
  getBackend,
  getKernel,
  matMul,
  registerKernel,
  reshape,
  sum,
  tidy,
  transpose,
  type KernelFunc,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { isWrapped, wrapKernel } from '../wrap-kernel.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'einsum';
const kernelName = 'Einsum';
const report = reporter(mark, 7439);

/**
 * wasm has no Einsum, which attention and `image.rgbToGrayscale` are made of. Those of cpu, webgl and webgpu leave out an operand where all that it has in
 * common with the other has been summed up (`'ij,k->kj'`), and hold the products of all numbers at once. This one is a product of matrices.
 */
export async function repairEinsum(): Promise<RepairReport> {
  const backendName: string | undefined = getBackend();
  if (!backendName) return report.impossible('no backend has been started');
  const isThere = getKernel(kernelName, backendName) !== undefined;
  if (backendName === 'tensorflow' && isThere) return report.notNeeded('it is that of TensorFlow');
  if (isThere && (takesAll() || isWrapped(mark, kernelName, backendName)))
    return report.notNeeded('all operands have a part in it');
  if (!isThere) registerKernel({ kernelName, backendName, kernelFunc: einsum });
  wrapKernel(mark, kernelName, backendName, () => einsum); // Which marks it, too.
  return report.applied(
    isThere
      ? `the kernel ${kernelName} left operands out; it is a product of matrices now`
      : `the kernel ${kernelName} was missing; it is registered now`,
  );
}

/** By the plan that is the same for all backends, so that nothing is computed. */
function takesAll(): boolean {
  const { summedDims, idDims } = backend_util.decodeEinsumEquation('i,k->k', 2);
  return backend_util.getEinsumComputePath(summedDims, idDims).steps.flat().length === 2;
}

const einsum: KernelFunc = ({ inputs, attrs }) => {
  const equation = (attrs as unknown as { equation: string }).equation.replaceAll(/\s/g, '');
  const operands = Object.values(inputs) as Tensor[];
  // They say what an equation has wrong.
  const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, operands.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, operands);
  const [terms = '', output = ''] = equation.split('->');
  const letters = terms.split(',').map((term) => [...term]);
  return tidy(() => {
    const [a, b] = operands.map((operand, i): Named => {
      const own = letters[i] as string[];
      const kept = new Set([...output, ...(letters[1 - i] ?? [])]);
      const lonely = own.flatMap((letter, axis) => (kept.has(letter) ? [] : [axis]));
      return {
        letters: own.filter((letter) => kept.has(letter)),
        tensor: lonely.length === 0 ? operand : sum(operand, lonely),
      };
    }) as [Named, Named?];
    return ordered(b === undefined ? a : product(a, b, output), [...output]);
  });
};

/** A tensor and the letters of its axes. */
interface Named {
  readonly letters: readonly string[];
  readonly tensor: Tensor;
}

/** Letters of both that the output has are a batch of products, those that it has not are summed up, and what one alone has are rows or columns. */
function product(a: Named, b: Named, output: string): Named {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => output.includes(letter));
  const inner = shared.filter((letter) => !output.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const matrices = (of: Named, ...groups: string[][]): Tensor =>
    reshape(
      ordered(of, groups.flat()),
      groups.map((group) => group.reduce((all, letter) => all * sizeOf(of, letter), 1)),
    );
  const tensor = matMul(matrices(a, batch, rows, inner), matrices(b, batch, inner, columns));
  const sizes = [
    ...[...batch, ...rows].map((letter) => sizeOf(a, letter)),
    ...columns.map((letter) => sizeOf(b, letter)),
  ];
  return { letters: [...batch, ...rows, ...columns], tensor: reshape(tensor, sizes) };
}

function ordered({ letters, tensor }: Named, order: readonly string[]): Tensor {
  return transpose(
    tensor,
    order.map((letter) => letters.indexOf(letter)),
  );
}

function sizeOf({ letters, tensor }: Named, letter: string): number {
  return tensor.shape[letters.indexOf(letter)] as number;
}
