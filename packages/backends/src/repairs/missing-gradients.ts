import { getGradient, registerGradient, type GradConfig, type GradFunc, type Tensor } from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { constantGradients, noSlope } from '../missing-gradients/constant.js';
import { dilatedConvolution, transposedConv3d } from '../missing-gradients/convolutions.js';
import { einsumGradient } from '../missing-gradients/einsum.js';
import { gatherOfBatches, indexingGradients } from '../missing-gradients/indexing.js';
import { ofOnePiece } from '../missing-gradients/pieces.js';
import { cumprodGradient, prodGradient } from '../missing-gradients/products.js';
import { tileOfManyAxes } from '../missing-gradients/tile.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'missing-gradients';
const report = reporter(mark, undefined);

/** What no gradient is registered for. */
const added: readonly GradConfig[] = [
  ...constantGradients,
  ...indexingGradients,
  cumprodGradient,
  einsumGradient,
  transposedConv3d,
];

/** What there is a gradient for that does not know all that the operation does. */
const completed: Readonly<Record<string, (original: GradFunc) => GradFunc>> = {
  Conv2D: dilatedConvolution,
  Conv3D: dilatedConvolution,
  DepthwiseConv2dNative: dilatedConvolution,
  GatherV2: gatherOfBatches,
  Prod: () => prodGradient,
  SplitV: ofOnePiece,
  Tile: tileOfManyAxes,
  Unpack: ofOnePiece,
  // TensorFlow's has no slope either: it goes by steps.
  FloorDiv: () => (_, saved) => noSlope(['a', 'b'], saved as Tensor[]),
};

/** Operations that tfjs cannot go back through, so that a model with one of them does not train: it throws. */
export async function repairMissingGradients(): Promise<RepairReport> {
  if (getGradient('Add') === undefined) return report.notNeeded('no gradients are registered');
  const missing = added.filter(({ kernelName }) => getGradient(kernelName) === undefined);
  for (const config of missing) registerGradient(config);
  const changed = Object.entries(completed).flatMap(([kernelName, change]) =>
    changeGradients(mark, [kernelName], change),
  );
  const done = [...missing.map(({ kernelName }) => kernelName), ...changed];
  if (done.length === 0) return report.notNeeded('every operation has its gradient');
  return report.applied(
    `these operations had no gradient, or not for all that they do, and have one now: ${done.join(', ')}`,
  );
}
