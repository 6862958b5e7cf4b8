// What there is to try is told by what the environment can do, in Node and in a page.
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { builtInCandidates } from '../src/candidates/built-in.js';
import { nodeModule } from '../src/node-module.js';
import { startBackend, type CandidateReport, type NoBackendError } from '../src/index.js';

const isNode = 'process' in globalThis && typeof globalThis.process.versions?.node === 'string';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const names = (): string[] => builtInCandidates().map(({ name }) => name);

async function failureOf(name: string): Promise<CandidateReport> {
  const error = (await startBackend({ allow: [name], timeLimit: 5_000 }).catch(
    (reason: unknown) => reason,
  )) as NoBackendError;
  expect(error.code).toBe('NO_BACKEND');
  return error.candidates[0] as CandidateReport;
}

function stubGpu(gpu: unknown): void {
  vi.stubGlobal('navigator', Object.create(globalThis.navigator ?? {}, { gpu: { value: gpu } }));
}

test('here it is what it always was', () => {
  expect(names()).toEqual(
    isNode ? ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'] : ['webgl', 'webgpu', 'wasm', 'cpu'],
  );
});

test('a page may have a process that is none', () => {
  for (const process of [
    undefined,
    null,
    {},
    { env: {}, browser: true, versions: {} },
    { versions: { node: '20.0.0' } },
    {
      versions: { node: '22.0.0' },
      getBuiltinModule: () => {
        throw new Error('not here');
      },
    },
  ]) {
    vi.stubGlobal('process', process);
    expect(nodeModule('node:fs')).toBeUndefined();
    expect(names()).not.toContain('tensorflow');
  }
});

test('no WebGPU at all', async () => {
  stubGpu(undefined);
  if (isNode) vi.stubGlobal('document', {}); // As in jsdom: Node alone has a package for it.
  expect(await failureOf('webgpu')).toMatchObject({
    status: 'unavailable',
    reason: 'there is no WebGPU here (navigator.gpu)',
  });
  vi.stubGlobal('isSecureContext', false);
  expect((await failureOf('webgpu')).reason).toContain('only pages of https and of localhost');
});

const gpus: Record<string, [gpu: unknown, reason: string]> = {
  'gives none': [{ requestAdapter: async () => null }, 'there is WebGPU here, but no adapter'],
  'gives nothing': [{ requestAdapter: async () => undefined }, 'there is WebGPU here, but no adapter'],
  refuses: [{ requestAdapter: () => Promise.reject(new Error('blocked by policy')) }, 'no adapter: blocked by policy'],
  throws: [
    {
      requestAdapter: () => {
        throw new Error('not implemented');
      },
    },
    'no adapter: not implemented',
  ],
  'is not WebGPU': [{}, 'there is WebGPU here, but no adapter'],
};

test.each(Object.entries(gpus))('a navigator.gpu that %s', async (_, [gpu, reason]) => {
  stubGpu(gpu);
  const report = await failureOf('webgpu');
  expect(report).toMatchObject({ status: 'unavailable' });
  expect(report.reason).toContain(reason);
});

test('a navigator.gpu that never answers ends with the time limit', async () => {
  stubGpu({ requestAdapter: () => new Promise(() => {}) });
  const error = (await startBackend({ allow: ['webgpu'], timeLimit: 100 }).catch(
    (reason: unknown) => reason,
  )) as NoBackendError;
  expect(error.candidates[0]?.reason).toContain('took longer than 0.1 s');
});

test('no adapter is the reason too where the program has registered the backend', async () => {
  // As tfjs-backend-webgpu does it.
  tf.registerBackend('webgpu', async () => {
    const adapter = await (
      globalThis.navigator as unknown as { gpu: { requestAdapter(): Promise<{ features: Set<string> }> } }
    ).gpu.requestAdapter();
    adapter.features.has('timestamp-query');
    throw new Error('there was an adapter');
  });
  try {
    stubGpu({ requestAdapter: async () => null });
    const report = await failureOf('webgpu');
    expect(report).toMatchObject({ status: 'unavailable' });
    expect(report.reason).toContain('no adapter');
    // One that has an adapter, and fails for another reason, says that.
    stubGpu({ requestAdapter: async () => ({ features: new Set() }) });
    expect(await failureOf('webgpu')).toMatchObject({ status: 'failed', reason: 'there was an adapter' });
  } finally {
    tf.removeBackend('webgpu');
  }
});

const canvases: Record<string, [getContext: () => unknown, reason: string]> = {
  'gives none': [() => null, 'no canvas here gives a WebGL context'],
  'gives nothing': [() => undefined, 'no canvas here gives a WebGL context'],
  throws: [
    () => {
      throw new Error('Not implemented: HTMLCanvasElement.prototype.getContext');
    },
    'no canvas here gives a WebGL context',
  ],
};

test.each(Object.entries(canvases))('a canvas that %s', async (_, [getContext, reason]) => {
  class Canvas {
    getContext = getContext;
  }
  vi.stubGlobal('OffscreenCanvas', Canvas);
  if (isNode) vi.stubGlobal('document', { createElement: () => new Canvas() });
  else vi.spyOn(document, 'createElement').mockImplementation(() => new Canvas() as never);
  const report = await failureOf('webgl');
  expect(report).toMatchObject({ status: 'unavailable' });
  expect(report.reason).toContain(reason);
});

test('no canvas', async () => {
  vi.stubGlobal('OffscreenCanvas', undefined);
  if (isNode) vi.stubGlobal('document', undefined);
  else
    vi.spyOn(document, 'createElement').mockImplementation(() => {
      throw new Error('no');
    });
  expect(await failureOf('webgl')).toMatchObject({ status: 'unavailable', reason: 'there is no canvas here' });
});

test('a backend that the program has registered is used, whatever the environment lacks', async () => {
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  tf.registerBackend('webgl', () => new MathBackendCPU());
  tf.copyRegisteredKernels('cpu', 'webgl');
  try {
    vi.stubGlobal('OffscreenCanvas', undefined);
    expect((await startBackend({ allow: ['webgl'], repair: false })).name).toBe('webgl');
  } finally {
    await tf.setBackend('cpu');
    tf.removeBackend('webgl');
    for (const { kernelName } of tf.getKernelsForBackend('webgl')) tf.unregisterKernel(kernelName, 'webgl');
  }
});
