// Environments that Node can pass for, and a page cannot: there `document` stays what it is.
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, expect, test, vi } from 'vitest';
import { builtInCandidates } from '../src/candidates/built-in.js';

afterEach(() => vi.unstubAllGlobals());

const names = (): string[] => builtInCandidates().map(({ name }) => name);

test('a page may have Node’s modules, and Node a document: then there is more to try', () => {
  vi.stubGlobal('process', { versions: { node: '22.0.0' }, getBuiltinModule: () => ({}) });
  vi.stubGlobal('document', { createElement: () => ({ getContext: () => null }) });
  expect(names()).toEqual(['tensorflow-gpu', 'tensorflow', 'webgl', 'webgpu', 'wasm', 'cpu']);
});

test('a worker without canvas has less', () => {
  for (const name of ['process', 'document', 'OffscreenCanvas', 'navigator']) vi.stubGlobal(name, undefined);
  expect(names()).toEqual(['wasm', 'cpu']);
});
