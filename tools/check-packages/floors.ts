import type { Manifest } from '../workspace.js';

/** What the names of our packages begin with. */
export const scope = '@tfjs-heads/';

/** The house, from the ground up. A package may build on floors below its own, on no other. */
const floors: readonly (readonly string[])[] = [
  ['head-api', 'reference'],
  ['head-kit', 'backends'],
  ['optimizers'],
  ['tracing'],
  ['conformance-kit'],
  ['head-regression', 'head-classification', 'head-multi'],
  ['estimator'],
  ['backend-conformance'],
  ['examples'],
];

/** Says where a package depends on its own floor, on one above, or stands on none. */
export function floorProblems(manifest: Manifest): readonly string[] {
  if (floorOf(manifest.name) === undefined) return [`${manifest.name} has no floor in tools/check-packages/floors.ts`];
  return declaredDependencies(manifest)
    .filter((name) => name.startsWith(scope) && !isBelow(name, manifest.name))
    .map((name) => `${manifest.name} depends on ${name}, which is not on a floor below it`);
}

/** Whether one package of ours is on a floor below another. */
export function isBelow(lower: string, upper: string): boolean {
  return (floorOf(lower) ?? Infinity) < (floorOf(upper) ?? -Infinity);
}

/** The packages that users of this one have installed too. */
export function declaredDependencies(manifest: Manifest): readonly string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
}

function floorOf(name: string): number | undefined {
  const index = floors.findIndex((packages) => packages.some((short) => scope + short === name));
  return index === -1 ? undefined : index;
}
