import { sizeOf } from '../../program.js';
import { type Expression, leaf, permuted, stridesOf, type View } from '../expression.js';
import type { Call, KernelWriter } from '../lowering.js';
import { operandOf, productOf } from './products.js';

/** A tensor and the letters of its axes. */
interface Named {
  readonly letters: readonly string[];
  readonly of: Expression;
}

/**
 * Sums of products by the letters of axes, as products of matrices: letters of both operands that the output has count matrices, those that it has not are summed
 * over, and what one alone has are rows or columns (tfjs takes no letter twice in one operand). Nothing is moved where axes that become one lie one behind the other.
 */
export const einsum: KernelWriter = (call) => {
  const [terms = '', output = ''] = String(call.attribute('equation')).replaceAll(/\s/g, '').split('->');
  const all = terms.split(',').map((term) => [...term]);
  const [a, b] = call.list().map((of, index): Named => {
    if (of.type !== 'f32' || call.float !== 'f32') throw call.unsupported('of other numbers than float32');
    return summed(call, { letters: all[index] as string[], of }, [...output, ...(all[1 - index] ?? [])]);
  }) as [Named, Named?];
  const made = ordered(call, b === undefined ? a : product(call, a, b, output), [...output]);
  if (sizeOf(made.shape) !== sizeOf(call.output.shape)) throw call.unsupported('that leaves an operand out');
  return made;
};

/** Without the axes that nothing else has. */
function summed(call: Call, { letters, of }: Named, wanted: readonly string[]): Named {
  const lonely = letters.flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
  if (lonely.length === 0) return { letters, of };
  return { letters: letters.filter((letter) => wanted.includes(letter)), of: call.fold('sum', of, lonely, false) };
}

function product(call: Call, left: Named, right: Named, output: string): Named {
  const byOutput = (letters: readonly string[]): string[] =>
    letters.toSorted((x, y) => output.indexOf(x) - output.indexOf(y));
  const own = (of: Named, other: Named): string[] =>
    byOutput(of.letters.filter((letter) => !other.letters.includes(letter)));
  // Whose letters the output has first has the rows, so that less is moved afterwards.
  const first = (of: Named, other: Named): number => output.indexOf(own(of, other)[0] ?? '');
  const [a, b] = first(right, left) < first(left, right) ? [right, left] : [left, right];
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = byOutput(shared.filter((letter) => output.includes(letter)));
  const inner = shared.filter((letter) => !output.includes(letter));
  const [rows, columns] = [own(a, b), own(b, a)];
  const made = productOf(matrices(call, a, batch, rows, inner), matrices(call, b, batch, inner, columns));
  const letters = [...batch, ...rows, ...columns];
  const shape = letters.map((letter) => sizeIn(a.letters.includes(letter) ? a : b, letter));
  return { letters, of: call.reshape(made, shape) };
}

/** Matrices whose rows and columns are the numbers of some axes each. */
function matrices(
  call: Call,
  { letters, of }: Named,
  batch: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): View {
  const order = [...batch, ...rows, ...columns].map((letter) => letters.indexOf(letter));
  const given = permuted(operandOf(call, of), order);
  const groups = [...batch.map(() => 1), rows.length, columns.length];
  return joined(given, groups) ?? (joined(call.writer.settle(leaf(given)), groups) as View);
}

/** A view with neighbouring axes as one, so many each time; undefined where one step does not go through them. */
function joined(view: View, groups: readonly number[]): View | undefined {
  const shape: number[] = [];
  const strides: number[] = [];
  let axis = 0;
  for (const count of groups) {
    const sizes = view.shape.slice(axis, axis + count);
    const steps = view.strides.slice(axis, axis + count);
    axis += count;
    const step = steps.findLast((_, index) => sizes[index] !== 1) ?? 1;
    const whole = stridesOf(sizes);
    if (!sizes.every((size, index) => size === 1 || steps[index] === step * (whole[index] as number))) return undefined;
    shape.push(sizeOf(sizes));
    strides.push(step);
  }
  return { ...view, shape, strides };
}

function ordered(call: Call, { letters, of }: Named, order: readonly string[]): Expression {
  if (letters.join() === order.join()) return of;
  return leaf(
    permuted(
      call.view(of),
      order.map((letter) => letters.indexOf(letter)),
    ),
  );
}

function sizeIn({ letters, of }: Named, letter: string): number {
  return of.shape[letters.indexOf(letter)] as number;
}
