import { repairNegativeAxes } from '../repairs/negative-axes.js';
import type { Repair } from '../repairs/report.js';
import { repairSecondDerivatives } from '../repairs/second-derivatives.js';

/** Of what tfjs-core has every backend do. */
export const ofTfjs: readonly Repair[] = [repairNegativeAxes, repairSecondDerivatives];
