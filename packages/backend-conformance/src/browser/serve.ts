import { preview, type Connect, type Plugin } from 'vite';

/** A server of static files. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder on a free port of an address of this machine, to whoever asks by that address: another name that leads here is
 * one that somebody else's page has been given, to read what is served.
 */
export async function serve(folder: string, host: string): Promise<Site> {
  const ours = process.listeners('SIGTERM');
  let own: string | undefined;
  const server = await preview({
    root: folder,
    configFile: false,
    envDir: false,
    logLevel: 'error',
    build: { outDir: folder },
    plugins: [onlyFor(() => own)],
    preview: { host, port: 0, allowedHosts: [host], cors: false },
  });
  // vite's own would end the process at once, with browsers elsewhere left open.
  for (const listener of process.listeners('SIGTERM')) if (!ours.includes(listener)) process.off('SIGTERM', listener);
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error(`The page cannot be served at ${host}.`);
  own = `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  return { url: `http://${own}/`, close: () => server.close() };
}

/** vite by itself lets in every address of digits and all that is below localhost. */
function onlyFor(host: () => string | undefined): Plugin {
  const check: Connect.NextHandleFunction = (request, response, next) => {
    if (request.headers.host?.toLowerCase() === host()?.toLowerCase()) return next();
    response.writeHead(403, { 'content-type': 'text/plain' }).end('This is not the host that the page is served at.\n');
  };
  return {
    name: 'conformance:only-for-host',
    configurePreviewServer: ({ middlewares }) => void middlewares.use(check),
  };
}
