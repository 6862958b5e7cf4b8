import { LONGEST_NAME, shortened } from '@tfjs-heads/conformance-kit/host';
import { UsageError } from './usage-error.js';

/** A backend and where it runs. */
export interface Target {
  /** As it was asked for: `webgl`, `chromium:wasm`. */
  readonly name: string;
  readonly environment: 'node' | 'chromium';
  readonly backend: string;
}

/** Where each backend can run, first where it does unless told otherwise. */
const environments: ReadonlyMap<string, readonly Target['environment'][]> = new Map([
  ['cpu', ['node', 'chromium']],
  ['wasm', ['node', 'chromium']],
  ['webgl', ['chromium']],
  ['webgpu', ['chromium', 'node']],
  ['tensorflow', ['node']],
  ['tensorflow-gpu', ['node']],
]);

export const defaultTargets: readonly string[] = [...environments.keys()];

/**
 * Reads `webgl` or `chromium:wasm`, none twice.
 *
 * @param option For the message.
 * @param anyName Whether modules register backends whose names only they know.
 * @throws UsageError for what there is not
 */
export function parseTargets(names: readonly string[], option: string, anyName: boolean): readonly Target[] {
  const targets = names.map((name): Target => {
    const [, environment, backend] =
      name.length > LONGEST_NAME ? [] : (/^(?:(node|chromium):)?([^:\p{C}\p{Z}]+)$/u.exec(name) ?? []);
    const possible = environments.get(backend ?? '') ?? (anyName ? (['node', 'chromium'] as const) : undefined);
    if (backend === undefined || possible === undefined) {
      const own = anyName ? '' : '; one of your own needs --register MODULE';
      throw new UsageError(
        `${option}: expected some of ${defaultTargets.join(', ')}, or node:x or chromium:x, but got '${shortened(name, LONGEST_NAME)}'${own}.`,
      );
    }
    const chosen = possible.find((place) => environment === undefined || place === environment);
    if (chosen === undefined)
      throw new UsageError(`${option}: ${backend} runs in ${possible.join(', ')} only, but got '${name}'.`);
    return { name, environment: chosen, backend };
  });
  const keys = targets.map(({ environment, backend }) => `${environment}:${backend}`);
  return targets.filter((_, i) => keys.indexOf(keys[i] as string) === i);
}

/** The slow ones first, so that none of them is left over at the end. */
export function slowFirst<T extends Pick<Target, 'backend'>>(targets: readonly T[]): readonly T[] {
  const rank = ({ backend }: Pick<Target, 'backend'>): number => ['webgpu', 'webgl'].indexOf(backend) >>> 0;
  return targets.toSorted((a, b) => rank(a) - rank(b));
}
