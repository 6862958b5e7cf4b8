import type { EngineVersion } from '../engine.js';

/** Between several where one is told otherwise. */
export const SEVERAL = ' | ';

/**
 * What the parts of a target ran in, told as one engine, each once: several names go with as many versions in their order, and one
 * name with all versions. Versions may differ from machine to machine, and names where engines are of one family: Chrome and
 * Chromium.
 */
export function joinEngines(engines: readonly EngineVersion[]): EngineVersion | undefined {
  const distinct = new Map(
    engines.flatMap(eachOf).map((engine) => [JSON.stringify([engine.name, engine.version]), engine]),
  );
  const [names, versions] = [
    [...distinct.values()].map(({ name }) => name),
    [...distinct.values()].map((engine) => engine.version),
  ];
  if (names.length === 0) return undefined;
  const isOne = new Set(names).size === 1;
  return { name: isOne ? (names[0] as string) : names.join(SEVERAL), version: versions.join(SEVERAL) };
}

/** Each name with its version: `Chrome 156.0 | Chromium 155.0`. */
export function formatEngine(engine: EngineVersion): string {
  if (!engine.name.includes(SEVERAL)) return `${engine.name} ${engine.version}`;
  return eachOf(engine)
    .map(({ name, version }) => `${name} ${version}`)
    .join(SEVERAL);
}

function eachOf({ name, version }: EngineVersion): readonly EngineVersion[] {
  const [names, versions] = [name.split(SEVERAL), version.split(SEVERAL)];
  if (names.length === 1) return versions.map((part) => ({ name, version: part }));
  // Elsewhere they may have been joined apart; then nobody knows which go together.
  return names.length === versions.length
    ? names.map((part, i) => ({ name: part, version: versions[i] as string }))
    : [{ name, version }];
}
