import type { EstimatorSpec } from '@tfjs-heads/head-api';
import type { Judge } from '../judge.js';

/** The spec of a mode. */
export type SpecOf<M extends EstimatorSpec['mode']> = Extract<EstimatorSpec, { readonly mode: M }>;

/** A spec, which must be of the mode that was asked for. */
export function inMode<M extends EstimatorSpec['mode']>(judge: Judge, mode: M, spec: EstimatorSpec): SpecOf<M> {
  judge.equal('the mode of the spec', spec.mode, mode);
  return spec as SpecOf<M>;
}
