import type { HeadOptions } from '@tfjs-heads/backend-conformance';

// @ts-expect-error -- It is here for what Node's own way with TypeScript does not know.
export enum Told {
  Listens,
  DoesNot,
}

export function told(options: HeadOptions, how: Told): HeadOptions {
  return how === Told.Listens ? options : { ...options, lossReduction: 'sum' };
}
