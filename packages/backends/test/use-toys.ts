import * as tf from '@tensorflow/tfjs-core';
import { afterEach, inject } from 'vitest';
import { registerToy } from './toy-backends.js';

/** Registers toy backends that are gone after each test, when the engine has the backend of the project again. */
export function useToys(): (name: string, options?: Parameters<typeof registerToy>[1]) => string {
  const toys: string[] = [];
  afterEach(async () => {
    await tf.setBackend(inject('backend'));
    for (const name of toys.splice(0)) {
      if (name in tf.engine().registryFactory) tf.removeBackend(name);
      for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
    }
  });
  return (name, options) => {
    toys.push(name);
    registerToy(name, options);
    return name;
  };
}
