import type { KernelFunc } from '@tensorflow/tfjs-core';
import { DROPOUT_MASK, leastKept, scaleOf } from '../dropout/mask-kernel.js';
import { halvesOf } from '../dropout/philox.js';
import { compositionOf } from '../composition.js';
import { CLIP, DECAY, type FeedGroup, feedGroups } from '../fed-numbers.js';
import { rangeOf } from '../label-check.js';
import { type Node, sizeOf, type Use } from '../program.js';
import { apply, type Buffer, cast, type Expression, leaf, number, type View, wholeView } from './expression.js';
import { flushed } from './kernels/common.js';
import { kernelWriters } from './kernels/index.js';
import { writeMask } from './philox-mask.js';
import { type Call, type KernelWriter, Lowering, typeOf, type Writer } from './lowering.js';

/** Numbers that a step is given, and where it finds them. */
export interface FedNumbers extends FeedGroup {
  /** One after the other. */
  readonly buffer: Buffer;
}

/** Of each node that is fed. */
export function fedNumbers(nodes: readonly Node[], writer: Writer): Map<Node, FedNumbers> {
  const placed = new Map<FeedGroup, FedNumbers>();
  const byNode = new Map<Node, FedNumbers>();
  for (const [node, group] of feedGroups(nodes)) {
    const numbers = placed.get(group) ?? { ...group, buffer: writer.buffer('f32', group.names.length, true) };
    placed.set(group, numbers);
    byNode.set(node, numbers);
  }
  return byNode;
}

/** Kernels of tfjs-heads besides those of tfjs. */
export function writersOf(
  nodes: readonly Node[],
  groups: ReadonlyMap<Node, FedNumbers>,
): Readonly<Record<string, KernelWriter>> {
  const losses = nodes.filter(({ kernel }) => kernel.startsWith('TfjsHeads.Loss'));
  return {
    ...kernelWriters,
    ...Object.fromEntries(losses.map(({ kernel }) => [kernel, composed])),
    'TfjsHeads.LabelRange/2': (call) => {
      check(call, 'range');
      return call.input('labels');
    },
    'TfjsHeads.Update/1': (call) => update(call, groups.get(call.node)),
    'TfjsHeads.ClipScale/1': clipScale,
    [DROPOUT_MASK]: (call) => mask(call, groups.get(call.node)),
  };
}

function check(call: Call, name: string): void {
  call.writer.checks.push({ use: call.node.inputs['labels'] as Use, range: rangeOf(call, name) });
}

/** A loss or its gradient by the kernels that it is made of, in doubles, as the host walks over it. */
const composed: KernelWriter = (call) => {
  const { node, writer } = call;
  if (call.attribute('labelRange') !== undefined && call.optional('labels') !== undefined) check(call, 'labelRange');
  const attributes = { ...node.attributes, form: 'composed', labelRange: undefined };
  const { program, outputs } = compositionOf(node, attributes, call.kernel as KernelFunc, {});
  const part = new Lowering(writer, 'f64', { ...program, results: [], variables: [] } as never);
  const given = call.list().map((input) => (input.type === 'f32' ? cast(input, 'f64') : input));
  program.arguments.forEach(({ value }, index) => part.set(value, leaf(writer.settle(given[index] as Expression))));
  for (const { value, shape, dtype, data } of program.constants)
    part.set(value, writer.constant(data as Float32Array, shape as number[], typeOf(dtype as 'float32')));
  part.keep(program.results.map(({ value }) => value));
  part.run(program.nodes as readonly Node[], [], kernelWriters);
  return outputs.map((source, index) => {
    if (source.kind === 'known') throw call.unsupported('which gives a tensor of its own');
    const made =
      source.kind === 'argument' ? (given[source.index] as Expression) : part.get(program.results[source.index] as Use);
    // Of a class that is ruled out.
    return cast(made.type === 'f64' ? flushed(made) : made, typeOf(node.outputs[index]?.dtype ?? 'float32'));
  });
};

/** The rule of an optimizer of tfjs-heads: see `UpdateRule` of the package optimizers. */
interface Rule {
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  compose(
    on: typeof onExpressions,
    from: Readonly<Record<string, Expression>>,
    scalars: Readonly<Record<string, Expression>>,
  ): Readonly<Record<string, Expression>>;
}

const f32 = (op: string, ...of: readonly Expression[]): Expression => apply(op, 'f32', ...of);
const compare = (op: string, ...of: readonly Expression[]): Expression => apply(op, 'i32', ...of);

/** What rules are written in. */
const onExpressions = {
  add: (a: Expression, b: Expression) => f32('add', a, b),
  sub: (a: Expression, b: Expression) => f32('sub', a, b),
  mul: (a: Expression, b: Expression) => f32('mul', a, b),
  div: (a: Expression, b: Expression) => f32('div', a, b),
  sqrt: (a: Expression) => f32('sqrt', a),
  abs: (a: Expression) => f32('abs', a),
  max: (a: Expression, b: Expression) => f32('max', a, b),
  relu: (a: Expression) => f32('max', a, number(0, 'f32')),
  sign: (a: Expression) => {
    const negative = f32('select', compare('less', a, number(0, 'f32')), number(-1, 'f32'), a);
    return f32('select', compare('greater', a, number(0, 'f32')), number(1, 'f32'), negative);
  },
  pow: (a: Expression, b: Expression) => f32('pow', a, b),
  clip: (a: Expression, limit: Expression) => {
    const below = f32('neg', limit);
    const raised = f32('select', compare('less', a, below), below, a);
    return f32('select', compare('greater', raised, limit), limit, raised);
  },
} as const;

function update(call: Call, group: FedNumbers | undefined): Expression[] {
  const rule = call.attribute('rule') as Partial<Rule> | undefined;
  if (
    group === undefined ||
    typeof rule?.compose !== 'function' ||
    !Array.isArray(rule.slots) ||
    !Array.isArray(rule.scalars)
  )
    throw call.unsupported('without a rule');
  const { slots, scalars, compose } = rule as Rule;
  const scalar = (name: string): Expression => {
    const offset = group.names.indexOf(name);
    if (offset < 0) throw call.unsupported(`without the number ${name}`);
    return leaf({ buffer: group.buffer, shape: [], strides: [], offset });
  };
  const on = onExpressions;
  const scale = call.optional('scale');
  const gradient = leaf(call.view(call.input('gradient')));
  const scaled = scale === undefined ? gradient : on.mul(gradient, leaf(call.view(scale)));
  const variable = call.input('variable');
  const from = {
    ...Object.fromEntries(slots.map((slot) => [slot, call.input(slot)])),
    variable: group.structure.decay ? on.sub(variable, on.mul(variable, scalar(DECAY))) : variable,
    gradient: group.structure.clip ? on.clip(scaled, scalar(CLIP)) : scaled,
  };
  const to = compose.call(rule, on, from, Object.fromEntries(scalars.map((name) => [name, scalar(name)])));
  return ['variable', ...slots].map((name) => to[name] as Expression);
}

/** The mask of a dropout, by the count that each step is fed. */
function mask(call: Call, group: FedNumbers | undefined): Expression {
  if (group === undefined) throw call.unsupported('without a count');
  const scalar = (name: string): View => ({
    buffer: group.buffer,
    shape: [],
    strides: [],
    offset: group.names.indexOf(name),
  });
  const rate = call.attribute('rate') as number;
  const { shape } = call.output;
  const to = wholeView(call.writer.buffer('f32', sizeOf(shape)), shape);
  writeMask(call.writer.loops, {
    to,
    key: halvesOf(call.attribute('seed') as number),
    low: scalar('low'),
    high: scalar('high'),
    least: leastKept(rate),
    kept: scaleOf(rate),
  });
  return leaf(to);
}

/** `norm / max(length, norm)` of the length of all gradients together, in doubles. */
const clipScale: KernelWriter = (call) => {
  const f64 = (op: string, ...of: readonly Expression[]): Expression => apply(op, 'f64', ...of);
  const squares = call.list().map((given) => {
    const gradient = cast(leaf(call.view(given)), 'f64');
    const axes = gradient.shape.map((_, axis) => axis);
    return call.fold('sum', f64('mul', gradient, gradient), axes, false);
  });
  const length = f64(
    'sqrt',
    squares.reduce((a, b) => f64('add', a, b)),
  );
  const norm = number(call.attribute('norm') as number, 'f64');
  const scale = f64('div', norm, f64('max', length, norm));
  return cast(call.attribute('isGlobal') === true ? f64('add', scale, f64('sub', length, length)) : scale, 'f32');
};
