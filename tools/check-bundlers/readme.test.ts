import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../workspace.js';
import { launch } from './in-chromium.js';
import { serve } from './serve.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const page = 'node_modules/.readme-page.html';

afterAll(() => rmSync(join(root, page), { force: true }));

// Needs `npm run build`. What a CDN has of a package is here in node_modules.
it('the page without a build shows the loss', async () => {
  const [, html = ''] = /```html\n(.*?)```/s.exec(readme) ?? [];
  const here = html
    .replaceAll(/https:\/\/cdn\.jsdelivr\.net\/npm\/((?:@[\w-]+\/)?[\w-]+)(?:@[\d.]+)?\//g, '/node_modules/$1/')
    .replaceAll('/seedrandom/+esm', '/seedrandom/seedrandom.js');
  expect(here).not.toContain('https:');
  writeFileSync(join(root, page), `<!doctype html><body></body>${here}`);
  const server = await serve(root);
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    await tab.goto(server.url + page);
    await expect.poll(() => tab.textContent('body')).toBe('6.5');
  } finally {
    await browser.close();
    await server.close();
  }
});
