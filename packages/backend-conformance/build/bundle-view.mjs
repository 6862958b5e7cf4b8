// Writes dist/report/view.bundle.js, a module that holds the view of a report as one script, to be put into a page.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const bundle = await rolldown({ input: path('../dist/report/view/main.js'), platform: 'browser' });
const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false });
await bundle.close();
// Or a string of the script's own would end the element that it is put into.
const code = output[0].code.replaceAll('</script', String.raw`<\/script`);
await writeFile(path('../dist/report/view.bundle.js'), `export const viewBundle = ${JSON.stringify(code)};\n`);
