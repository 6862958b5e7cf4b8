import type { Tensor } from '@tensorflow/tfjs-core';
import { numbersInMemory } from '../engine.js';
import type { HostCheck } from '../label-check.js';
import { type Node, type ProgramVariable, sizeOf, type Use } from '../program.js';
import type { Runnable } from '../replay.js';
import { addressOf, type Code, i32 } from './code.js';
import {
  type Buffer,
  BYTES,
  everyPart,
  type Expression,
  isContiguous,
  leaf,
  type View,
  wholeView,
} from './expression.js';
import { flushed } from './kernels/common.js';
import type { LoopOptions } from './loops.js';
import { Lowering, NotCompiled, typeOf, Writer } from './lowering.js';
import { moduleOf } from './module.js';
import { type FedNumbers, fedNumbers, writersOf } from './own-writers.js';

/** A label argument that is looked at before a step. */
export interface LabelCheck {
  readonly range: HostCheck;
  readonly argument: number;
  readonly shape: readonly number[];
}

/** A program as a module of WebAssembly, and where in its memory what is. */
export interface CompiledProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pages: number;
  readonly imports: readonly string[];
  /** Whether several threads can compute it. */
  readonly isShared: boolean;
  /** How much there is to do in a step, in multiplications. */
  readonly work: number;
  /** One for each argument of the program; undefined where nobody uses it. */
  readonly arguments: readonly (Buffer | undefined)[];
  /** One for each of its variables. */
  readonly variables: readonly Buffer[];
  /** What these had before the step that several threads compute. */
  readonly backups: readonly Buffer[];
  /** One for each of its results. */
  readonly results: readonly Buffer[];
  readonly data: Writer['data'];
  readonly groups: readonly FedNumbers[];
  readonly checks: readonly LabelCheck[];
}

/** Memory that is left free at both ends: vectors are read over the edge. */
const MARGIN = 256;

/**
 * Writes a program as one function: the memory is planned before, and a step calls nothing but functions of numbers.
 *
 * @param options How its loops are written.
 * @throws NotCompiled
 */
export function compile(runnable: Runnable, options?: LoopOptions): CompiledProgram {
  const { program, kernels, constants } = runnable;
  if (program.checks.length > 0) throw new NotCompiled('a question to the device');
  const writer = new Writer(options);
  const nodes = withoutPlainSteps(program.nodes);
  const lowering = new Lowering(writer, 'f32', { ...program, nodes });
  const place = ({ shape, dtype }: Pick<Use, 'shape' | 'dtype'>): View =>
    wholeView(writer.buffer(typeOf(dtype), sizeOf(shape), true), shape);
  const args = program.arguments.map((argument) => {
    const view = place(argument);
    lowering.set(argument.value, leaf(view));
    return view.buffer;
  });
  const variables = program.variables.map((variable) => {
    const view = place(variable);
    if (variable.before !== undefined) lowering.set(variable.before, leaf(view));
    return view;
  });
  program.constants.forEach(({ value, shape, dtype, data }, index) => {
    const numbers = data ?? (numbersInMemory(constants[index] as Tensor) as Float32Array);
    lowering.set(value, writer.constant(numbers.slice(), shape, typeOf(dtype)));
  });
  const groups = fedNumbers(nodes, writer);
  lowering.run(nodes, kernels, writersOf(nodes, groups));
  const results = program.results.map((use) => {
    const view = place(use);
    writer.store([lowering.get(use)], [view]);
    return view.buffer;
  });
  assign(program.variables, variables, lowering, writer);
  const { bodies, work } = writer.loops;
  const isShared = bodies.some(({ parts }) => parts !== undefined);
  const backups = variables.map(({ buffer }, index) => {
    const { before, after } = program.variables[index] as ProgramVariable;
    const isAssigned = after !== undefined && after !== before;
    return isShared && isAssigned ? writer.buffer(buffer.type, buffer.size, true) : buffer;
  });
  const backup = variables.map(({ buffer }, index): Code => {
    const to = backups[index] as Buffer;
    return to === buffer ? [] : [begin(to), begin(buffer), i32(4 * buffer.size), [0xfc, 10, 0, 0]];
  });
  const pages = plan(writer.buffers);
  const { imports, own } = writer.loops.operations;
  return {
    bytes: moduleOf({ imports, own, bodies, pages, backup }),
    isShared,
    work,
    backups,
    pages,
    imports: imports.map(([name]) => name),
    arguments: args,
    variables: variables.map(({ buffer }) => buffer),
    results,
    data: writer.data,
    groups: [...new Set(groups.values())],
    checks: writer.checks.map(({ use, range }) => {
      const argument = program.arguments.findIndex(({ value }) => value === use.value);
      if (argument < 0) throw new NotCompiled('labels that the step computes');
      return { range, argument, shape: use.shape };
    }),
  };
}

const begin = (buffer: Buffer): Code => addressOf({ address: () => buffer.address });

/** A step function of what a relu is taken of, too, is the one of the relu: what that was taken of need not be kept. */
function withoutPlainSteps(nodes: readonly Node[]): Node[] {
  const relus = new Map<number, Use>();
  return nodes.map((node) => {
    const { x } = node.inputs as { readonly x?: Use };
    if (node.kernel === 'Relu' && x?.dtype === 'float32') relus.set(x.value, node.outputs[0] as Use);
    const relu = x && relus.get(x.value);
    const isPlain = node.kernel === 'Step' && ((node.attributes['alpha'] as number | undefined) ?? 0) === 0;
    return isPlain && relu !== undefined ? { ...node, inputs: { x: { ...x, value: relu.value } as Use } } : node;
  });
}

/** The new values of all variables, in the place of the old ones as soon as nobody needs those. */
function assign(
  described: readonly ProgramVariable[],
  views: readonly View[],
  lowering: Lowering,
  writer: Writer,
): void {
  interface Change {
    readonly to: View;
    of: Expression;
  }
  const changes = described.flatMap((variable, index): Change[] => {
    const { before, after, shape, dtype } = variable;
    if (after === undefined || after === before) return [];
    const of = lowering.get({ value: after, shape, dtype });
    // The slots of an optimizer go down to the smallest floats where gradients have ended, and would stay there.
    return [{ to: views[index] as View, of: of.type === 'f32' ? flushed(of) : of }];
  });
  for (const change of changes) change.of = writer.withoutProducts(change.of, false);
  for (const change of changes) if (change.of.product !== undefined) change.of = leaf(writer.settle(change.of));
  // Changes that share what they compute, such as a variable and its slots, are one loop.
  const groups: Change[][] = [];
  const parts = new Map<Change, Set<Expression>>(
    changes.map((change) => [change, new Set(everyPart([change.of]).filter(({ of }) => of.length > 0))]),
  );
  for (const change of changes) {
    const shared = groups.find((group) =>
      group.some(
        (other) =>
          sameSize(other.to, change.to) &&
          [...(parts.get(change) as Set<Expression>)].some((part) => parts.get(other)?.has(part)),
      ),
    );
    if (shared === undefined) groups.push([change]);
    else shared.push(change);
  }
  const reads = (group: readonly Change[], buffer: Buffer): boolean =>
    everyPart(group.map(({ of }) => of)).some(({ view }) => view?.buffer === buffer);
  const free: (() => void)[] = [];
  const late: (() => void)[] = [];
  for (const [index, group] of groups.entries()) {
    const isFree = group.every(
      ({ to }) =>
        groups.every((other, at) => at === index || !reads(other, to.buffer)) &&
        everyPart(group.map(({ of }) => of)).every(
          ({ view }) => view?.buffer !== to.buffer || (isContiguous(view) && view.offset === 0 && sameSize(view, to)),
        ),
    );
    if (isFree)
      free.push(() =>
        writer.store(
          group.map(({ of }) => of),
          group.map(({ to }) => to),
        ),
      );
    else {
      const made = group.map(({ of, to }) => {
        const view = wholeView(writer.buffer(to.buffer.type, to.buffer.size), to.shape);
        writer.store([of], [view]);
        return { view, to };
      });
      late.push(() => made.forEach(({ view, to }) => writer.store([leaf(view)], [to])));
    }
  }
  for (const store of [...free, ...late]) store();
}

function sameSize(a: View, b: View): boolean {
  return a.shape.join() === b.shape.join();
}

/** Gives each buffer its address: what is needed at different times may have the same. Returns how many pages there must be. */
function plan(buffers: readonly Buffer[]): number {
  const bytesOf = ({ type, size }: Buffer): number => (BYTES[type] * size + 127) & ~63;
  let top = MARGIN;
  const used = buffers.filter(({ stays, last }) => stays || last >= 0);
  for (const buffer of used) {
    if (!buffer.stays) continue;
    buffer.address = top;
    top += bytesOf(buffer);
  }
  const placed: Buffer[] = [];
  const floor = top;
  for (const buffer of used.filter(({ stays }) => !stays).toSorted((a, b) => a.first - b.first)) {
    const others = placed
      .filter(({ first, last }) => first <= buffer.last && buffer.first <= last)
      .toSorted((a, b) => a.address - b.address);
    let address = floor;
    for (const other of others) {
      if (address + bytesOf(buffer) <= other.address) break;
      address = Math.max(address, other.address + bytesOf(other));
    }
    buffer.address = address;
    placed.push(buffer);
    top = Math.max(top, address + bytesOf(buffer));
  }
  if (top > 2 ** 30) throw new NotCompiled('more than a gigabyte');
  return Math.ceil((top + MARGIN) / 65_536);
}
