import { cast, type Expression } from '../expression.js';
import type { FoldKind } from '../fold.js';
import { type Call, type KernelWriter, typeOf } from '../lowering.js';
import { axesOf, flushed, held } from './common.js';

function folding(kind: FoldKind): KernelWriter {
  return (call) => {
    const type = typeOf(call.output.dtype, call.float);
    const x = cast(call.input('x'), type);
    return call.fold(
      kind,
      x,
      axesOf(call, kind === 'max' ? 'reductionIndices' : 'axis', x.shape.length),
      call.attribute('keepDims') === true,
    );
  };
}

function softmaxParts(call: Call, name: string): { readonly shifted: Expression; readonly axes: readonly number[] } {
  const x = held(call, call.input(name));
  const axes = [x.shape.length - 1];
  const largest = call.fold('max', x, axes, true);
  return { shifted: held(call, call.apply('sub', x.type, x, largest)), axes };
}

/** Kernels that make fewer numbers of many. */
export const folds: Readonly<Record<string, KernelWriter>> = {
  Sum: folding('sum'),
  Mean: folding('mean'),
  Max: folding('max'),
  Min: folding('min'),
  Prod: folding('prod'),
  All: folding('all'),
  Any: folding('any'),
  Softmax: (call) => {
    const { shifted, axes } = softmaxParts(call, 'logits');
    const powers = held(call, flushed(call.apply('exp', shifted.type, shifted)));
    return call.apply('div', powers.type, powers, call.fold('sum', powers, axes, true));
  },
  LogSoftmax: (call) => {
    const { shifted, axes } = softmaxParts(call, 'logits');
    const sums = call.fold('sum', call.apply('exp', shifted.type, shifted), axes, true);
    return call.apply('sub', shifted.type, shifted, call.apply('log', sums.type, sums));
  },
};
