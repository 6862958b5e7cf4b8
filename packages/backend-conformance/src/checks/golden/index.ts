import type { Checks } from '../check.js';
import { gradient, loss } from './loss.js';
import { evaluation, metrics } from './metrics.js';
import { predictions } from './predictions.js';
import { exports, spec } from './spec.js';
import { training } from './training.js';

/** What the author of a head vouches for: inputs and what must come out. */
export const goldenChecks: Checks = { loss, gradient, predictions, metrics, spec, exports, evaluation, training };
