globalThis.program = async (options) => {
  const registration = await navigator.serviceWorker.register('./service-worker.js', { type: 'module' });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data));
    port1.start();
    worker.postMessage(options, [port2]);
  });
};
