import { FED, type Feed, feedOf } from './feed.js';
import type { Node, Program } from './program.js';

export type Scalars = Readonly<Record<string, number>>;

/** The numbers of a feed in some step. */
export type ScalarsFor = (feed: Feed) => Scalars | undefined;

/** Numbers that a step is given: those of the kernels that have the same in each. */
export interface FeedGroup {
  readonly feeds: readonly Feed[];
  /** Which of the numbers, in their order. */
  readonly names: readonly string[];
  readonly structure: UpdateStructure;
}

/** Which parts an update has. */
export interface UpdateStructure {
  readonly decay: boolean;
  readonly clip: boolean;
}

/** The numbers that any update has besides those of its rule. */
export const DECAY = 'decay';
export const CLIP = 'clipvalue';

/** Of an update with these numbers: without decay and limit, it is as if they were not there. */
export function structureOf(scalars: Scalars): UpdateStructure {
  return { decay: scalars[DECAY] !== 0, clip: scalars[CLIP] !== Infinity };
}

/** The group of each node that is fed. Whether its kernels have the same numbers in later steps, too, shows when they are asked for. */
export function feedGroups(nodes: readonly Node[]): ReadonlyMap<Node, FeedGroup> {
  const groups = new Map<unknown, FeedGroup & { readonly feeds: Feed[] }>();
  const byNode = new Map<Node, FeedGroup>();
  for (const node of nodes) {
    const feed = feedOf(node.attributes);
    if (feed === undefined) continue;
    // An optimizer gives one object to all updates that have the same numbers.
    const key = feed.source.scalarsFor(feed.variable);
    let group = groups.get(key);
    if (group === undefined) {
      const scalars = node.attributes[FED] as Scalars;
      const names = Object.keys(scalars).filter((name) => Number.isFinite(scalars[name]));
      group = { feeds: [], names, structure: structureOf(scalars) };
      groups.set(key, group);
    }
    group.feeds.push(feed);
    byNode.set(node, group);
  }
  return byNode;
}

/**
 * The numbers that all kernels of a group have in a step; undefined where they no longer have the same, or of another structure.
 *
 * @param recorded Of the step that was recorded, where each kernel may have an object of its own. Default: the step to come.
 */
export function scalarsOf({ feeds, structure }: FeedGroup, recorded?: ScalarsFor): Scalars | undefined {
  let common = recorded?.(feeds[0] as Feed);
  if (recorded === undefined)
    for (const { source, variable } of feeds) {
      const scalars = source.scalarsFor(variable);
      common ??= scalars;
      if (scalars !== common) return undefined;
    }
  if (common === undefined) return undefined;
  const { decay, clip } = structureOf(common);
  return decay === structure.decay && clip === structure.clip ? common : undefined;
}

/** The numbers of the step that was recorded. */
export function recordedScalars({ nodes }: Pick<Program, 'nodes'>): ScalarsFor {
  const scalars = new Map<object, Map<string, Scalars>>();
  for (const { attributes } of nodes) {
    const feed = feedOf(attributes);
    if (feed === undefined) continue;
    if (!scalars.has(feed.source)) scalars.set(feed.source, new Map());
    scalars.get(feed.source)?.set(feed.variable, attributes[FED] as Scalars);
  }
  return ({ source, variable }) => scalars.get(source)?.get(variable);
}
