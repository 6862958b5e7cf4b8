import type { FeedGroup } from '../fed-numbers.js';
import { type GraphBuilder, typeAttr } from '../graph/graph-builder.js';
import type { GraphValues, Ref } from '../lowering/lowering.js';
import { type Node, type Program, type ProgramVariable, sizeOf, type Use, usesOf } from '../program.js';
import { composeUpdate, isRule, type Rule, takesPowers, UPDATE } from './update.js';

/** Variables up to this size are packed: to copy a larger one takes longer than a session does to take it, and to give it. */
const MAX_PACKED = 8192;
/** From how many on. */
const MIN_PACKED = 3;
/** Variables are updated together until they have so many numbers: more of them, with their slots, are in no near cache from one operation to the next. */
const MAX_TOGETHER = 16_384;
/** What begins and ends at a multiple of it TensorFlow has without a copy, as a part of the whole: 64 bytes. */
const ALIGNED = 16;

/** A variable as a part of the whole. */
export interface Place {
  /** Its index in the program. */
  readonly variable: number;
  readonly offset: number;
}

/** Variables side by side. */
interface Section {
  readonly offset: number;
  /** With what is left free at its end. */
  readonly size: number;
}

/** Updates by one rule and the same numbers, of variables that stand side by side, as do their slots: they are one update. */
interface Bundle {
  readonly rule: Rule;
  readonly group: FeedGroup;
  readonly scale: Use | undefined;
  readonly isComposed: boolean;
  readonly nodes: Node[];
  /** Of the variables, and then of each slot. */
  readonly sections: Section[];
}

/** Which variables a graph is given, and gives, as one tensor, and where they are in it. */
export class Packing {
  /** In their order. */
  readonly places: readonly Place[];
  /** How many numbers the whole has. */
  readonly size: number;
  /** The updates that are written by {@link after}, and not one by one. */
  readonly nodes: ReadonlySet<Node>;
  readonly #program: Program;
  readonly #bundles: readonly Bundle[];
  readonly #rest: readonly number[];
  #whole: Ref = '';

  constructor(program: Program, groupOf: ReadonlyMap<Node, FeedGroup>) {
    this.#program = program;
    const small = program.variables.flatMap((variable, index) => (isPackable(variable) ? [index] : []));
    const packed = new Set(small.length < MIN_PACKED ? [] : small);
    this.#bundles = bundlesOf(program, groupOf, packed);
    this.nodes = new Set(this.#bundles.flatMap(({ nodes }) => nodes));
    const places: Place[] = [];
    let offset = 0;
    const place = (variables: readonly number[]): void => {
      for (const variable of variables) {
        places.push({ variable, offset });
        offset += this.#sizeOf(variable);
        packed.delete(variable);
      }
    };
    const befores = new Map(program.variables.map(({ before }, index) => [before, index]));
    const [first] = this.#bundles;
    const isOnly = first?.nodes.length === packed.size; // and has no slots: there is nothing beside it
    for (const { nodes, rule, sections } of this.#bundles) {
      nodes.sort((a, b) => rank(sizeOf(a.outputs[0]?.shape ?? [])) - rank(sizeOf(b.outputs[0]?.shape ?? [])));
      for (const role of rolesOf(rule)) {
        const begin = offset;
        place(nodes.map((node) => befores.get((node.inputs[role] as Use).value) as number));
        if (!isOnly) offset = Math.ceil(offset / ALIGNED) * ALIGNED;
        sections.push({ offset: begin, size: offset - begin });
      }
    }
    this.#rest = [...packed].toSorted((a, b) => rank(this.#sizeOf(a)) - rank(this.#sizeOf(b)));
    place(this.#rest);
    this.places = places;
    this.size = offset;
  }

  /** Writes what nodes other than its own take of the variables. */
  before(graph: GraphBuilder, values: GraphValues, whole: Ref): void {
    this.#whole = whole;
    const { nodes, results, checks, variables } = this.#program;
    const used = new Set([
      ...nodes.flatMap((node) => (this.nodes.has(node) ? othersOf(node) : usesOf(node)).map(({ value }) => value)),
      ...[...results, ...checks].map(({ value }) => value),
      ...this.#rest.map((index) => variables[index]?.after),
    ]);
    for (const { variable, offset } of this.places) {
      const { before, shape, dtype } = variables[variable] as ProgramVariable;
      if (before === undefined || !used.has(before)) continue;
      const part = this.#slice(graph, { offset, size: sizeOf(shape) });
      values.set({ value: before, shape, dtype }, shape.length === 1 ? part : graph.reshape(part, shape, dtype));
    }
  }

  /** Writes the updates, and what the whole becomes. */
  after(graph: GraphBuilder, values: GraphValues, number: (group: FeedGroup, name: string) => Ref): Ref {
    const flat = (use: Use): Ref => values.get({ ...use, shape: [sizeOf(use.shape)] }).ref;
    const parts = this.#bundles.flatMap(({ nodes, rule, group, scale, isComposed, sections }) => {
      graph.under(UPDATE);
      const { size } = sections[0] as Section;
      const gradients = nodes.map((node) => node.inputs['gradient'] as Use);
      const free = size - gradients.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      const padding = free > 0 ? [graph.constant(new Float32Array(free), [free], 'float32')] : [];
      const from = {
        ...Object.fromEntries(
          rolesOf(rule).map((role, index) => [role, this.#slice(graph, sections[index] as Section)]),
        ),
        gradient: concat(graph, [...gradients.map(flat), ...padding]),
        scale: scale && values.get(scale).ref,
      };
      const made = composeUpdate(graph, { rule, from, structure: group.structure, isComposed, shape: [size] }, (name) =>
        number(group, name),
      );
      graph.under('');
      return made;
    });
    const rest = this.#rest.map((index) => {
      const { after, shape, dtype } = this.#program.variables[index] as ProgramVariable;
      return flat({ value: after as number, shape, dtype });
    });
    return concat(graph, [...parts, ...rest]);
  }

  #sizeOf(variable: number): number {
    return sizeOf((this.#program.variables[variable] as ProgramVariable).shape);
  }

  #slice(graph: GraphBuilder, { offset, size }: Section): Ref {
    if (size === this.size) return this.#whole;
    const attr = { T: typeAttr('float32'), Index: typeAttr('int32') };
    return graph.add('Slice', [this.#whole, graph.vector([offset]), graph.vector([size])], attr);
  }
}

function isPackable({ before, after, shape, dtype }: ProgramVariable): boolean {
  const isAssigned = before !== undefined && after !== undefined && after !== before;
  return isAssigned && dtype === 'float32' && sizeOf(shape) <= MAX_PACKED;
}

/** Updates of packed variables by packed slots that nobody needs before the step is over. */
function bundlesOf(
  { nodes, variables, results, checks }: Program,
  groupOf: ReadonlyMap<Node, FeedGroup>,
  packed: ReadonlySet<number>,
): Bundle[] {
  const used = new Set([...nodes.flatMap(usesOf), ...results, ...checks].map(({ value }) => value));
  const bundles: Bundle[] = [];
  const changes = new Map([...packed].map((index) => [variables[index]?.before, variables[index]?.after]));
  for (const node of nodes) {
    const { rule } = node.attributes;
    const group = groupOf.get(node);
    if (node.kernel !== UPDATE || group === undefined || !isRule(rule)) continue;
    const isApart = rolesOf(rule).every((role, index) => {
      const [from, to] = [(node.inputs[role] as Use).value, node.outputs[index]?.value as number];
      const isAlone = variables.filter(({ after }) => after === to).length === 1;
      return changes.get(from) === to && isAlone && !used.has(to);
    });
    if (!isApart) continue;
    const scale = node.inputs['scale'] as Use | undefined;
    const { isComposed } = node;
    const like = bundles.find(
      (one) =>
        one.rule === rule &&
        one.group === group &&
        one.scale?.value === scale?.value &&
        sizeOfAll(one.nodes) < MAX_TOGETHER &&
        (one.isComposed === isComposed || !takesPowers(rule)),
    );
    if (like === undefined) bundles.push({ rule, group, scale, isComposed, nodes: [node], sections: [] });
    else like.nodes.push(node);
  }
  return bundles;
}

function sizeOfAll(updates: readonly Node[]): number {
  return updates.reduce((sum, { outputs }) => sum + sizeOf(outputs[0]?.shape ?? []), 0);
}

function rolesOf({ slots }: Rule): readonly string[] {
  return ['variable', ...slots];
}

/** What an update takes besides a variable and its slots. */
function othersOf({ inputs }: Node): readonly Use[] {
  return [
    inputs['gradient'] as Use,
    ...((inputs['scale'] as Use | undefined) === undefined ? [] : [inputs['scale'] as Use]),
  ];
}

/** What leaves the next one aligned goes first. */
function rank(size: number): number {
  return size % ALIGNED === 0 ? 0 : 1;
}

function concat(graph: GraphBuilder, parts: readonly Ref[]): Ref {
  if (parts.length === 1) return parts[0] as Ref;
  const attr = { N: { i: parts.length }, T: typeAttr('float32'), Tidx: typeAttr('int32') };
  return graph.add('ConcatV2', [...parts, graph.scalar(0, 'int32')], attr);
}
