import { preview } from 'vite';

/** A server of static files. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a folder on a free port of an address of this machine. */
export async function serve(folder: string, host: string): Promise<Site> {
  const ours = process.listeners('SIGTERM');
  const server = await preview({
    root: folder,
    configFile: false,
    envDir: false,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host, port: 0, allowedHosts: true },
  });
  // vite's own would end the process at once, with browsers elsewhere left open.
  for (const listener of process.listeners('SIGTERM')) if (!ours.includes(listener)) process.off('SIGTERM', listener);
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error(`The page cannot be served at ${host}.`);
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`, close: () => server.close() };
}
