import { expect, it } from 'vitest';

import { Tail } from '../src/node/tail.js';

const frame = (at: number): string =>
  `${String(at).padStart(2)}: 0x10fb205 v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace) [/usr/bin/node]\n`;
const died = [
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
  '----- Native stack trace -----\n\n',
  ...Array.from({ length: 60 }, (_, at) => frame(at + 1)),
].join('');

it.each([1, 7, 64, 1000, died.length])('keeps what V8 died of, not its deep stack: %i characters at a time', (size) => {
  const tail = new Tail();
  for (let at = 0; at < died.length; at += size) tail.add(died.slice(at, at + size));
  expect(tail.text).toBe(
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----',
  );
});

it('keeps the end of a text without end', () => {
  const tail = new Tail();
  for (let line = 0; line < 10_000; line++) tail.add(`line ${line}\n`);
  expect(tail.text.endsWith('line 9999')).toBe(true);
  expect(tail.text.length).toBeLessThanOrEqual(2000);
});
