import { describeConformance } from '@tfjs-heads/conformance-kit/vitest';
import { subjects } from '../src/quantile-head.js';

const { create, ...claims } = subjects.QuantileHead;

for (const backend of ['cpu', 'wasm']) describeConformance(create, { ...claims, backend });
