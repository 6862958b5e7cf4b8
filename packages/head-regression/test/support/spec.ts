import type { EstimatorSpec, EvalSpec, PredictSpec, TrainSpec } from '@tfjs-heads/head-api';

interface SpecOf {
  readonly train: TrainSpec;
  readonly eval: EvalSpec;
  readonly infer: PredictSpec;
}

/** A spec, which must be of this mode. */
export function inMode<M extends keyof SpecOf>(mode: M, spec: EstimatorSpec): SpecOf[M] {
  if (spec.mode === mode) return spec as SpecOf[M];
  throw new Error(`A spec of the mode ${spec.mode} instead of ${mode}`);
}
