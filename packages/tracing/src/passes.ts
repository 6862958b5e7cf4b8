import { feedOf } from './feed.js';
import { OF_SHAPE, PURE, VIEWS } from './kernels.js';
import { type Node, type Program, type Use, usesOf } from './program.js';

/** A program before anybody has asked where its values end. */
export type Draft = Omit<Program, 'lastUse'>;

/** Names another value in the place of some: what a pass replaces them by. */
function rename(program: Draft, to: ReadonlyMap<number, number>): Draft {
  const value = (old: number): number => {
    let now = old;
    for (let next = to.get(now); next !== undefined; next = to.get(now)) now = next;
    return now;
  };
  const use = <U extends Use>(old: U): U => ({ ...old, value: value(old.value) });
  return {
    ...program,
    variables: program.variables.map((variable) => ({
      ...variable,
      after: variable.after === undefined ? undefined : value(variable.after),
    })),
    nodes: program.nodes.map((node) => ({
      ...node,
      inputs: Object.fromEntries(
        Object.entries(node.inputs).map(([key, input]) => [
          key,
          Array.isArray(input) ? (input as readonly Use[]).map(use) : use(input as Use),
        ]),
      ),
    })),
    checks: program.checks.map(use),
    results: program.results.map(use),
  };
}

/** Leaves out nodes that give back the data of their input: who uses what they give uses what they take, in the shape that they gave it. */
export function dropViews(program: Draft, kept: number[]): Draft {
  const to = new Map<number, number>();
  const stays = program.nodes.map((node) => {
    const [input] = usesOf(node);
    const [output] = node.outputs;
    if (input === undefined || output === undefined || !isView(node, input, output, program.backend)) return true;
    to.set(output.value, input.value);
    return false;
  });
  return keepNodes(rename(program, to), kept, (index) => stays[index] as boolean);
}

function isView(node: Node, input: Use, output: Use, backend: string): boolean {
  if (!VIEWS.has(node.kernel) || input.dtype !== output.dtype) return false;
  // Where shape and dtype stay, some backends make a copy that nothing depends on.
  if (sameShape(input.shape, output.shape)) return true;
  // WebGL packs a texture by its shape, and so moves the data of some reshapes and not of others, by how they came about.
  return node.sharesData && backend !== 'webgl';
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

/** Leaves out what nobody uses and what only computes. */
export function dropDead(program: Draft, kept: number[]): Draft {
  const live = new Set<number>([...program.results, ...program.checks].map(({ value }) => value));
  for (const { after } of program.variables) if (after !== undefined) live.add(after);
  const stays = program.nodes.map(() => true);
  for (let index = program.nodes.length - 1; index >= 0; index--) {
    const node = program.nodes[index] as Node;
    stays[index] = !PURE.has(node.kernel) || node.outputs.some(({ value }) => live.has(value));
    if (stays[index]) for (const { value } of usesOf(node)) live.add(value);
  }
  const left = keepNodes(program, kept, (index) => stays[index] as boolean);
  return left;
}

/** The nodes, by their indices, that a step needs whose checks are made already. */
export function nodesWithoutChecks({ nodes, checks, results, variables }: Program): ReadonlySet<number> {
  const needed = new Set<number | undefined>([
    ...results.map(({ value }) => value),
    ...variables.map(({ after }) => after),
  ]);
  for (const { value } of checks) needed.delete(value);
  const made = new Set(checks.map(({ value }) => value));
  const indices = new Set<number>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as Node;
    if (PURE.has(node.kernel) && !node.outputs.some(({ value }) => needed.has(value))) continue;
    indices.add(index);
    for (const { value } of usesOf(node)) if (!made.has(value)) needed.add(value);
  }
  return indices;
}

/** The nodes, by their indices, whose outputs are the same in every step. */
export function constantNodes(program: Draft): readonly number[] {
  const constant = new Set(program.constants.filter(({ isCaptured }) => !isCaptured).map(({ value }) => value));
  return program.nodes.flatMap((node, index) => {
    const isConstant =
      PURE.has(node.kernel) &&
      feedOf(node.attributes) === undefined &&
      (OF_SHAPE.has(node.kernel) || usesOf(node).every(({ value }) => constant.has(value)));
    if (!isConstant) return [];
    for (const { value } of node.outputs) constant.add(value);
    return [index];
  });
}

/** The last node that each value is used by: see {@link Program.lastUse}. */
export function lastUses({ values, nodes }: Pick<Program, 'values' | 'nodes'>): number[] {
  const last = Array.from({ length: values }, () => -1);
  nodes.forEach((node, index) => {
    for (const { value } of [...usesOf(node), ...node.outputs]) last[value] = index;
  });
  return last;
}

/** @param kept Indices of the nodes in the program that was recorded, which lose those of the nodes that go. */
function keepNodes(program: Draft, kept: number[], stays: (index: number) => boolean): Draft {
  const nodes = program.nodes.filter((_, index) => stays(index));
  const indices = kept.filter((_, index) => stays(index));
  kept.splice(0, kept.length, ...indices);
  return { ...program, nodes };
}
