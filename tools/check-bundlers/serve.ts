import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';

/** A server of one folder, which keeps a record of what it has sent. */
export interface Server {
  readonly url: string;
  /** The paths of the binaries that it has sent, each as often as it was sent. */
  readonly binaries: string[];
  close(): Promise<void>;
}

/** Serves a folder; where `page` is given, any address that is no file's is answered with it, as servers of single pages do. */
export async function serve(folder: string, page?: string): Promise<Server> {
  const binaries: string[] = [];
  const files = sirv(folder, {
    dev: true,
    setHeaders(_, path) {
      if (path.endsWith('.wasm')) binaries.push(path);
    },
  });
  const server = createServer((request, response) => {
    files(request, response, () => {
      if (page === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(readFileSync(join(folder, page)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    binaries,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
