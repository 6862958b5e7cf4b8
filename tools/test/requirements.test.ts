import { expect, it } from 'vitest';
import { projectsWithoutPass, requiredBackends, requiredProjects } from './requirements.js';

it('requires every backend unless told which', () => {
  expect(requiredBackends(undefined)).toEqual(['cpu', 'wasm', 'webgl', 'webgpu', 'tensorflow']);
  expect(requiredBackends('wasm, cpu')).toEqual(['wasm', 'cpu']);
});

it.each(['', 'cpu,', 'gpu', 'cpu,WASM'])('refuses the list "%s"', (list) => {
  expect(() => requiredBackends(list)).toThrow(/TFJS_HEADS_REQUIRE/);
});

it('requires a backend in each environment that has it', () => {
  expect(requiredProjects(['cpu', 'webgl'])).toEqual([
    'node-cpu',
    'node-cpu-isolated',
    'chromium-cpu',
    'chromium-cpu-isolated',
    'chromium-webgl',
    'chromium-webgl-isolated',
    'types',
    'tools',
    'tools-isolated',
  ]);
});

it('takes neither skipped nor missing tests for a pass', () => {
  const tallies = { ran: { passed: 1, failed: 0, skipped: 3 }, skipped: { passed: 0, failed: 0, skipped: 4 } };
  expect(projectsWithoutPass(['ran', 'skipped', 'missing'], tallies)).toEqual(['skipped', 'missing']);
});
