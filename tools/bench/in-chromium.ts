import { chromium } from 'playwright';
import { createServer } from 'vite';
import type { BackendName } from '../test/backend/name.js';
import { chromiumHere } from '../test/chromium.js';
import { root } from '../workspace.js';
import type { BenchmarkOptions, Row } from './benchmark.js';

const ORIGIN_PATH = '/tools/bench/page.html';

/** Runs a benchmark in a page of a real Chromium, one backend after the other. */
export async function runInChromium(
  benchmark: string,
  backends: readonly BackendName[],
  onRow: (row: Row) => void,
  options: BenchmarkOptions,
): Promise<string> {
  const server = await createServer({
    configFile: false,
    root,
    logLevel: 'error',
    resolve: {
      alias: [
        { find: /^@tfjs-heads\/([^/]+)$/, replacement: `${root}/packages/$1/src/index.ts` },
        { find: '../gradients.js', replacement: `${root}/packages/backends/dist/gradients.js` }, // made by the build alone
      ],
      dedupe: ['@tensorflow/tfjs-core'],
    },
    optimizeDeps: {
      include: ['core', 'layers', ...backends.map((name) => `backend-${name}`)].map(
        (name) => `@tensorflow/tfjs-${name}`,
      ),
    },
    server: { host: '127.0.0.1', port: 0 },
  });
  await server.listen();
  const browser = await chromium.launch(chromiumHere().launch);
  try {
    for (const backend of backends) {
      const page = await browser.newPage();
      page.on('pageerror', (error) => console.error(error));
      await page.exposeFunction('onRow', onRow);
      await page.goto(new URL(ORIGIN_PATH, server.resolvedUrls?.local[0]).href);
      await page.waitForFunction(() => 'runBenchmark' in window);
      await page.evaluate(([name, chosen, given]) => window.runBenchmark(name, chosen, given), [
        benchmark,
        backend,
        options,
      ] as const);
      await page.close();
    }
    return browser.version();
  } finally {
    await browser.close();
    await server.close();
  }
}
