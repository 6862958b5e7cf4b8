import type { Manifest } from '../workspace.js';

/** The oldest tfjs that packages say they work with, `4.10.0` for `^4.10.0`: all must say the same of all parts of it. */
export function oldest(manifests: readonly Manifest[]): string {
  const ranges = new Set(
    manifests.flatMap(({ peerDependencies = {} }) =>
      Object.entries(peerDependencies)
        .filter(([name]) => name.startsWith('@tensorflow/'))
        .map(([, range]) => range),
    ),
  );
  const [range = ''] = ranges;
  const version = /^\^(\d+\.\d+\.\d+)$/.exec(range)?.[1];
  if (ranges.size !== 1 || version === undefined)
    throw new Error(`The ranges of tfjs must be one caret range, got ${[...ranges].join(', ')}.`);
  return version;
}
