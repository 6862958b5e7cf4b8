import { LONGEST_NAME, shortened } from '@tfjs-heads/conformance-kit/host';
import { browsers, type Engine, engines } from '../engine.js';
import { UsageError } from './usage-error.js';

/** A backend and where it runs. */
export interface Target {
  /** As it was asked for: `webgl`, `chromium:wasm`. */
  readonly name: string;
  readonly engine: Engine;
  readonly backend: string;
}

/** Where each backend can run, first where it does unless told otherwise. */
const homes: ReadonlyMap<string, readonly Engine[]> = new Map<string, readonly Engine[]>([
  ['cpu', engines],
  ['wasm', engines],
  ['webgl', browsers],
  ['webgpu', [...browsers, 'node']],
  ['tensorflow', ['node']],
  ['tensorflow-gpu', ['node']],
]);

export const defaultTargets: readonly string[] = [...homes.keys()];

/** `node:x, bun:x, ... or webkit:x`, for messages. */
export const somewhere: string = `${engines
  .slice(0, -1)
  .map((engine) => `${engine}:x`)
  .join(', ')} or ${engines.at(-1)}:x`;

const named = new RegExp(`^(?:(${engines.join('|')}):)?([^:\\p{C}\\p{Z}]+)$`, 'u');

/**
 * Reads `webgl` or `firefox:wasm`, none twice.
 *
 * @param option For the message.
 * @param anyName Whether modules register backends whose names only they know.
 * @throws UsageError for what there is not
 */
export function parseTargets(names: readonly string[], option: string, anyName: boolean): readonly Target[] {
  const targets = names.map((name): Target => {
    const [, engine, backend] = name.length > LONGEST_NAME ? [] : (named.exec(name) ?? []);
    const possible = homes.get(backend ?? '') ?? (anyName ? engines : undefined);
    if (backend === undefined || possible === undefined) {
      const own = anyName ? '' : '; one of your own needs --register MODULE';
      throw new UsageError(
        `${option}: expected some of ${defaultTargets.join(', ')}, or ${somewhere}, but got '${shortened(name, LONGEST_NAME)}'${own}.`,
      );
    }
    const chosen = possible.find((place) => engine === undefined || place === engine);
    if (chosen === undefined)
      throw new UsageError(`${option}: ${backend} runs in ${possible.join(', ')} only, but got '${name}'.`);
    return { name, engine: chosen, backend };
  });
  const keys = targets.map(({ engine, backend }) => `${engine}:${backend}`);
  return targets.filter((_, i) => keys.indexOf(keys[i] as string) === i);
}

/** The slow ones first, so that none of them is left over at the end. */
export function slowFirst<T extends Pick<Target, 'backend'>>(targets: readonly T[]): readonly T[] {
  const rank = ({ backend }: Pick<Target, 'backend'>): number => ['webgpu', 'webgl'].indexOf(backend) >>> 0;
  return targets.toSorted((a, b) => rank(a) - rank(b));
}
