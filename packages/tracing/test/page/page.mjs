import { trainWithThreads } from './train.mjs';

/** @param {number} threads */
function trainInWorker(threads) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(threads, []);
  });
}

Object.assign(globalThis, { train: trainWithThreads, trainInWorker });
