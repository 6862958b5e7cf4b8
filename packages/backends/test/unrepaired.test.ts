import { expect, inject, test } from 'vitest';
import { selfTest } from '../src/index.js';
import { repairNodeGradients } from '../src/repairs/node-gradients.js';

const failing: Record<string, string[]> = {
  cpu: [],
  wasm: ['embedding gradient', 'large sum', 'fused product', 'reshaped operand', 'chosen bools'],
  webgl: ['gradient', 'training step'],
  webgpu: [],
  tensorflow: [],
};

test('each known defect fails a golden', async () => {
  await repairNodeGradients();
  const { results } = await selfTest();
  const failed = results.filter(({ failure }) => failure !== undefined).map(({ golden }) => golden);
  console.log(inject('backend'), results.map(({ golden, used }) => `${golden} ${used.toFixed(3)}`).join(', '));
  expect(failed).toEqual(failing[inject('backend')]);
});
