// All that holds for any head. `npm test` leaves this file out: its step `conformance` runs the same cases on every backend.
import '@tensorflow/tfjs-layers';
import { classificationSubjects } from '../src/conformance.js';
import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';

for (const [name, { create, ...claims }] of Object.entries(classificationSubjects))
  describeConformance(create, { name, ...claims });
