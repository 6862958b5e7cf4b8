// The page's program. What it imports as `conformance:modules` is put in by src/browser/site.ts: nothing of it is loaded yet.
import { register, subjects } from 'conformance:modules';
import { DRIVEN, openForProgram, openPage } from '../dist/page/main.js';

const modules = new Map([...register, subjects]);

if (location.search === DRIVEN) {
  openForProgram((path) => modules.get(path)());
} else {
  try {
    for (const [, load] of register) await load();
    const [, load] = subjects;
    openPage(await load());
  } catch (error) {
    document.body.textContent = error instanceof Error ? error.message : String(error);
  }
}
