import { CLIP, DECAY, structureOf } from '../fed-numbers.js';
import { type GraphBuilder, typeAttr } from '../graph/graph-builder.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import type { Size } from '../lowering/sizes.js';

/** The rule of an optimizer of tfjs-heads, as it stands in the attributes of its kernel: see `UpdateRule` of the package optimizers. */
interface Rule {
  readonly name: string;
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  compose(
    on: GraphArithmetic,
    from: Readonly<Record<string, Ref>>,
    scalars: Readonly<Record<string, Ref>>,
  ): Readonly<Record<string, Ref>>;
}

/** An optimizer's update as operations, of the numbers that each step is fed with. */
export function lowerUpdate(call: KernelCall, graph: GraphBuilder, number: (name: string) => Ref): Ref[] {
  const rule = ruleOf(call);
  const on = new GraphArithmetic(graph, call.isComposed, call.output.shape);
  const scale = call.optional('scale');
  const has = structureOf(call.attribute('scalars') as Readonly<Record<string, number>>);
  const variable = call.input('variable').ref;
  const scaled = scale === undefined ? call.input('gradient').ref : on.mul(call.input('gradient').ref, scale.ref);
  const from = {
    ...Object.fromEntries(rule.slots.map((slot) => [slot, call.input(slot).ref])),
    variable: has.decay ? on.sub(variable, on.mul(variable, number(DECAY))) : variable,
    gradient: has.clip ? on.clip(scaled, number(CLIP)) : scaled,
  };
  const to = rule.compose(on, from, Object.fromEntries(rule.scalars.map((name) => [name, number(name)])));
  return ['variable', ...rule.slots].map((name) => to[name] as Ref);
}

function ruleOf(call: KernelCall): Rule {
  const rule = call.attribute('rule') as Partial<Rule> | undefined;
  if (typeof rule?.compose === 'function' && Array.isArray(rule.slots) && Array.isArray(rule.scalars))
    return rule as Rule;
  throw call.unsupported('without a rule');
}

/** What rules are written in, each an operation of float32. */
class GraphArithmetic {
  readonly #graph: GraphBuilder;
  /** Whether powers are those of TensorFlow, and not the rounded ones of JavaScript. */
  readonly #hasOwnPowers: boolean;
  readonly #shape: readonly Size[];
  readonly #roots = new Set<Ref>();

  constructor(graph: GraphBuilder, hasOwnPowers: boolean, shape: readonly Size[]) {
    this.#graph = graph;
    this.#hasOwnPowers = hasOwnPowers;
    this.#shape = shape;
  }

  add(a: Ref, b: Ref): Ref {
    return this.#op('AddV2', a, b);
  }

  sub(a: Ref, b: Ref): Ref {
    return this.#op('Sub', a, b);
  }

  mul(a: Ref, b: Ref): Ref {
    return this.#op('Mul', a, b);
  }

  div(a: Ref, b: Ref): Ref {
    return this.#op('RealDiv', a, this.#roots.has(b) ? this.#graph.opaque(b, this.#shape, 'float32') : b);
  }

  sqrt(a: Ref): Ref {
    const root = this.#op('Sqrt', a);
    this.#roots.add(root);
    return root;
  }

  abs(a: Ref): Ref {
    return this.#op('Abs', a);
  }

  max(a: Ref, b: Ref): Ref {
    return this.#op('Maximum', a, b);
  }

  relu(a: Ref): Ref {
    return this.#op('Relu', a);
  }

  sign(a: Ref): Ref {
    return this.#op('SelectV2', this.#op('Equal', a, a), this.#op('Sign', a), a); // NaN stays
  }

  pow(base: Ref, exponent: Ref): Ref {
    const graph = this.#graph;
    if (this.#hasOwnPowers) return this.#op('Pow', base, exponent);
    return graph.narrow(graph.inDoubles(() => this.#op('Pow', graph.widen(base), graph.widen(exponent))));
  }

  clip(a: Ref, limit: Ref): Ref {
    const below = this.#op('Neg', limit);
    const raised = this.#op('SelectV2', this.#op('Less', a, below), below, a);
    return this.#op('SelectV2', this.#op('Greater', a, limit), limit, raised);
  }

  #op(op: string, ...inputs: readonly Ref[]): Ref {
    return this.#graph.add(op, inputs, { T: typeAttr('float32') });
  }
}
