import { CLIP, DECAY, type Scalars, structureOf, type UpdateStructure } from '../fed-numbers.js';
import { type GraphBuilder, typeAttr } from '../graph/graph-builder.js';
import type { KernelCall, Ref } from '../lowering/lowering.js';
import type { Size } from '../lowering/sizes.js';

/** The rule of an optimizer of tfjs-heads, as it stands in the attributes of its kernel: see `UpdateRule` of the package optimizers. */
export interface Rule {
  readonly name: string;
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  compose(
    on: GraphArithmetic,
    from: Readonly<Record<string, Ref>>,
    scalars: Readonly<Record<string, Ref>>,
  ): Readonly<Record<string, Ref>>;
}

/** The kernel of an optimizer's update. */
export const UPDATE = 'TfjsHeads.Update/1';

/** What an update is made of. */
interface UpdateParts {
  readonly rule: Rule;
  /** By their names: `variable`, `gradient`, the slots of the rule, and `scale`, if the gradient has one. */
  readonly from: Readonly<Record<string, Ref | undefined>>;
  readonly structure: UpdateStructure;
  /** See `KernelCall`. */
  readonly isComposed: boolean;
  readonly shape: readonly Size[];
}

/** An optimizer's update as operations, of the numbers that each step is fed with. */
export function lowerUpdate(call: KernelCall, graph: GraphBuilder, number: (name: string) => Ref): Ref[] {
  const rule = call.attribute('rule');
  if (!isRule(rule)) throw call.unsupported('without a rule');
  const names = ['variable', 'gradient', ...rule.slots];
  const from = {
    ...Object.fromEntries(names.map((name) => [name, call.input(name).ref])),
    scale: call.optional('scale')?.ref,
  };
  const structure = structureOf(call.attribute('scalars') as Scalars);
  const { isComposed, output } = call;
  return composeUpdate(graph, { rule, from, structure, isComposed, shape: output.shape }, number);
}

/** What a variable and then each of its slots become. */
export function composeUpdate(
  graph: GraphBuilder,
  { rule, from, structure, isComposed, shape }: UpdateParts,
  number: (name: string) => Ref,
): Ref[] {
  const on = new GraphArithmetic(graph, isComposed, shape);
  const { variable, gradient, scale } = from as Readonly<Record<string, Ref>>;
  const scaled = scale === undefined ? (gradient as Ref) : on.mul(gradient as Ref, scale);
  const to = rule.compose(
    on,
    {
      ...(from as Readonly<Record<string, Ref>>),
      variable: structure.decay ? on.sub(variable as Ref, on.mul(variable as Ref, number(DECAY))) : (variable as Ref),
      gradient: structure.clip ? on.clip(scaled, number(CLIP)) : scaled,
    },
    Object.fromEntries(rule.scalars.map((name) => [name, number(name)])),
  );
  return ['variable', ...rule.slots].map((name) => to[name] as Ref);
}

export function isRule(rule: unknown): rule is Rule {
  const { compose, slots, scalars } = (rule ?? {}) as Partial<Rule>;
  return typeof compose === 'function' && Array.isArray(slots) && Array.isArray(scalars);
}

/** Whether a rule takes powers, which an update computes in one of two ways. */
export function takesPowers(rule: Rule): boolean {
  let takes = false;
  const any = new Proxy(
    {},
    {
      get: (_, op) => () => {
        takes ||= op === 'pow';
        return '';
      },
    },
  );
  rule.compose(any as GraphArithmetic, {}, {});
  return takes;
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
