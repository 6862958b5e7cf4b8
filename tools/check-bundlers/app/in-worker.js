// Runs the program in a worker.
export const inWorker = (worker, options) =>
  new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', reject);
    worker.postMessage(options, []);
  });
