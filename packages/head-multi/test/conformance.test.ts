// All that holds for any head. `npm test` leaves this file out: its step `conformance` runs the same cases on every backend.
import '@tensorflow/tfjs-layers';
import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';
import { multiSubjects } from '../src/conformance.js';

for (const [name, { create, ...claims }] of Object.entries(multiSubjects))
  describeConformance(create, { name, ...claims });
