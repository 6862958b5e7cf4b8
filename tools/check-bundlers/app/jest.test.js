const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { program } = require('./program.js');

const expected = readFileSync(join(__dirname, 'expected.txt'), 'utf8').trim().split('\n');

test('a program in Jest, whose modules are CommonJS', async () => {
  const { lines } = await program();
  expect(lines).toEqual(expected);
});
