import { repairAveragePoolGradients } from '../repairs/average-pool-gradients.js';
import { repairBroadcastGradients } from '../repairs/broadcast-gradients.js';
import { repairBroadcastMatMul } from '../repairs/broadcast-matmul.js';
import { repairDenseBincount } from '../repairs/dense-bincount.js';
import { repairFloorDivision } from '../repairs/floor-division.js';
import { repairLargestOfVolumes } from '../repairs/largest-of-volumes.js';
import { repairMissingGradients } from '../repairs/missing-gradients.js';
import { repairEinsum } from '../repairs/einsum.js';
import { repairMirrorPadGradients } from '../repairs/mirror-pad-gradients.js';
import { repairNegativeAxes } from '../repairs/negative-axes.js';
import type { Repair } from '../repairs/report.js';
import { repairResizeGradients } from '../repairs/resize-gradients.js';
import { repairSamePaddingOfVolumes } from '../repairs/same-padding-of-volumes.js';
import { repairSecondDerivatives } from '../repairs/second-derivatives.js';
import { repairStridedSlice } from '../repairs/strided-slice.js';
import { repairTiedGradients } from '../repairs/tied-gradients.js';

/** Of what tfjs-core has every backend do. */
export const ofTfjs: readonly Repair[] = [
  repairNegativeAxes,
  repairSecondDerivatives,
  repairBroadcastGradients,
  repairAveragePoolGradients,
  repairMirrorPadGradients,
  repairResizeGradients,
  repairTiedGradients,
  repairMissingGradients,
  repairEinsum,
  repairStridedSlice,
  repairBroadcastMatMul,
  repairDenseBincount,
  repairFloorDivision,
  repairLargestOfVolumes,
  repairSamePaddingOfVolumes,
];
