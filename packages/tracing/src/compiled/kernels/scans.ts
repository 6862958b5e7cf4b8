import { sizeOf } from '../../program.js';
import { leaf, wholeView } from '../expression.js';
import type { KernelWriter } from '../lowering.js';
import { type Scan, writeScan } from '../scans.js';
import { axesOf, rows } from './common.js';

const scan =
  (kind: Scan['kind']): KernelWriter =>
  (call) => {
    const x = call.input('x');
    const [axis = 0] = axesOf(call, 'axis', x.shape.length);
    const to = wholeView(call.writer.buffer(x.type, sizeOf(x.shape)), x.shape);
    // As an axis of its own, which a number of no axes has not.
    writeScan(call.writer.loops, {
      kind,
      from: rows(call, x),
      to,
      outer: sizeOf(x.shape.slice(0, axis)),
      count: x.shape[axis] ?? 1,
      inner: sizeOf(x.shape.slice(axis + 1)),
      isExclusive: call.attribute('exclusive') === true,
      isReverse: call.attribute('reverse') === true,
    });
    return leaf(to);
  };

/** Kernels that go along an axis, each number made of those before. */
export const scans: Readonly<Record<string, KernelWriter>> = { Cumsum: scan('sum'), Cumprod: scan('prod') };
