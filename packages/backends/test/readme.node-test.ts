import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example as string);

/** Runs an example as it is printed, in a fresh process, with the packages that `npm run build` made. */
async function run(example: string): Promise<string> {
  const file = fileURLToPath(
    new URL(`programs/readme-${process.pid}-${examples.indexOf(example)}.mjs`, import.meta.url),
  );
  await writeFile(file, example);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [file], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
    });
    return stdout;
  } finally {
    await rm(file);
  }
}

test('the first example chooses a backend and prints the table', async () => {
  const output = await run(examples[0] as string);
  console.log(output);
  const chosen = /^(\S+) +chosen +passed/m.exec(output)?.[1];
  expect(output).toContain(`the engine has ${chosen}`);
});

test('the second trains nothing while it measures', async () => {
  const output = await run(examples[1] as string);
  expect(output).toContain('cpu measuring');
  expect(output).toMatch(/^(tensorflow|wasm|cpu): the weights are still 0$/m);
});

test('the third repairs wasm', async () => {
  expect(await run(examples[2] as string)).toContain("outcome: 'applied'");
});
