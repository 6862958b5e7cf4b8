import { join } from 'node:path';
import type * as LiteRt from '@litertjs/core';
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright';
import type { Values } from './expected.js';

const modules = join(import.meta.dirname, '../../node_modules');

/** No request leaves this machine: the page is given what is in node_modules. */
const ORIGIN = 'http://litert.localhost';

const PAGE = `<!doctype html>
<script type="importmap">
  {"imports": {"@litertjs/core": "/@litertjs/core/dist/index.js", "@litertjs/wasm-utils": "/@litertjs/wasm-utils/dist/index.js"}}
</script>
<script type="module">
  import * as litert from '@litertjs/core';
  globalThis.litert = litert.loadLiteRt('/@litertjs/core/wasm/').then(() => litert);
</script>`;

/** LiteRT of the web, in a page of Chromium. */
export interface LitertPage {
  /** The outputs of a model by name, for one batch under the name `x`. */
  run(model: Uint8Array, x: Values, isInt: boolean): Promise<Readonly<Record<string, Values>>>;
  close(): Promise<void>;
}

export async function openLitertPage(launch: LaunchOptions): Promise<LitertPage> {
  const browser = await chromium.launch(launch);
  const page = await openPage(browser);
  const run: LitertPage['run'] = (model, x, isInt) =>
    page.evaluate(answerInPage, { model: Buffer.from(model).toString('base64'), x, isInt });
  return { run, close: () => browser.close() };
}

async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: PAGE });
    return route.fulfill({ path: join(modules, pathname) });
  });
  await page.goto(ORIGIN);
  await page.evaluate('globalThis.litert'); // or why it does not start
  return page;
}

/** What runs in the page, where nothing of this file is. */
async function answerInPage({
  model,
  x,
  isInt,
}: {
  readonly model: string;
  readonly x: Values;
  readonly isInt: boolean;
}): Promise<Record<string, Values>> {
  const { litert } = globalThis as unknown as { readonly litert: Promise<typeof LiteRt> };
  const { loadAndCompile, Tensor } = await litert;
  const bytes = Uint8Array.from(atob(model), (letter) => letter.codePointAt(0) as number);
  const compiled = await loadAndCompile(bytes, { accelerator: 'wasm' });
  const numbers = isInt ? Int32Array.from(x.values as number[]) : Float32Array.from(x.values as number[]);
  const input = new Tensor(numbers, [...x.shape]);
  const got = await compiled.run({ x: input });
  const answers: Record<string, Values> = {};
  for (const [name, tensor] of Object.entries(got)) {
    answers[name] = {
      shape: Array.from(tensor.type.layout.dimensions),
      values: Array.from((await tensor.data()) as Float32Array),
    };
    tensor.delete();
  }
  input.delete();
  compiled.delete();
  return answers;
}
