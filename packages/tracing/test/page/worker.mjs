import { trainWithThreads } from './train.mjs';

globalThis.addEventListener('message', async ({ data }) => {
  globalThis.postMessage(await trainWithThreads(data), { transfer: [] });
});
