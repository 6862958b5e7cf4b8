import { written, type CaseDescription, type Options } from './describe.js';

/** A case of one column, written out: logits and labels in pairs. */
export function specialCase(
  inputs: string,
  pairs: readonly (readonly [logit: number, label: number])[],
  options: Options = {},
): CaseDescription {
  const shape = [pairs.length, 1];
  return {
    parameters: { inputs },
    options,
    logits: written(
      shape,
      pairs.map(([logit]) => Math.fround(logit)),
    ),
    labels: written(
      shape,
      pairs.map(([, label]) => Math.fround(label)),
    ),
  };
}
