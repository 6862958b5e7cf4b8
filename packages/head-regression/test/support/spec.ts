import type { EstimatorSpec, ModeKeys, Predictions } from '@tfjs-heads/head-api';

type SpecOf<M extends ModeKeys, P extends Predictions> = Extract<EstimatorSpec<P>, { readonly mode: M }>;

/** A spec, which must be of this mode. */
export function inMode<M extends ModeKeys, P extends Predictions>(mode: M, spec: EstimatorSpec<P>): SpecOf<M, P> {
  if (spec.mode === mode) return spec as SpecOf<M, P>;
  throw new Error(`A spec of the mode ${spec.mode} instead of ${mode}`);
}
