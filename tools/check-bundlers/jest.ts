import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from '../workspace.js';

const require = createRequire(import.meta.url);

/** Jest in its CommonJS mode, as packages/backends/README.md has it: babel-jest transforms our packages too. */
export async function jestProblem(app: string): Promise<string | undefined> {
  const config = {
    rootDir: app,
    testMatch: ['**/jest.test.js'],
    transform: {
      '\\.js$': [
        require.resolve('babel-jest'),
        { presets: [[require.resolve('@babel/preset-env'), { targets: { node: 'current' } }]] },
      ],
    },
    transformIgnorePatterns: ['/node_modules/(?!@tfjs-heads/)'],
    cacheDirectory: join(app, 'jest-cache'),
    testTimeout: 600_000, // For what hangs, as everywhere. Its own five seconds are no time for a busy machine to load TensorFlow.js.
  };
  mkdirSync(config.cacheDirectory);
  writeFileSync(join(app, 'jest.config.json'), JSON.stringify(config));
  // A package.json that says "module" would make the test one.
  writeFileSync(join(app, 'package.json'), '{ "private": true }');
  const { failed, all } = await execa('jest', ['--config', 'jest.config.json'], {
    cwd: app,
    preferLocal: true,
    localDir: root,
    reject: false,
    all: true,
  });
  return failed ? all : undefined;
}
