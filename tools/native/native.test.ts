import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheFolder, makeFolder } from './cache.mjs';
import { unzip } from './unzip.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'native-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the cache is where the environment says', () => {
  expect(cacheFolder({ TFJS_HEADS_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/tfjs-heads');
  expect(cacheFolder({})).toMatch(/\.cache\/tfjs-heads$/);
});

test('a folder that exists is complete', async () => {
  const target = join(folder, 'made');
  await expect(makeFolder(target, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(`${target}.999999999.part`); // Left by a run that was killed.
  await makeFolder(target, async (unfinished) => writeFileSync(join(unfinished, 'file'), 'x'));
  expect(readdirSync(folder)).toEqual(['made']);
  await makeFolder(target, () => Promise.reject(new Error('not called')));
});

test('only what is wanted is unpacked, stored or deflated', async () => {
  const zip = join(folder, 'a.zip');
  writeFileSync(zip, makeZip({ 'lib/a.so': 'aaaa'.repeat(1000), 'lib/b.so': 'b', 'other.txt': 'c' }));
  expect(await unzip(zip, join(folder, 'out'), (name) => name.startsWith('lib/'))).toEqual(['lib/a.so', 'lib/b.so']);
  expect(readFileSync(join(folder, 'out/lib/a.so'), 'utf8')).toBe('aaaa'.repeat(1000));
  expect(existsSync(join(folder, 'out/other.txt'))).toBe(false);
});

describe('what is missing is named, with how to get it', () => {
  const execute = promisify(execFile);
  // An empty cache, and a package that has not been built, whatever this machine has built already.
  async function output(environment: NodeJS.ProcessEnv): Promise<string> {
    const copy = join(folder, 'repository');
    mkdirSync(join(copy, 'node_modules/@tensorflow/tfjs-node'), { recursive: true });
    writeFileSync(join(copy, 'node_modules/@tensorflow/tfjs-node/package.json'), '{ "version": "4.22.0" }');
    mkdirSync(join(copy, 'tools'));
    await execute('cp', ['-r', fileURLToPath(new URL('.', import.meta.url)), join(copy, 'tools/native')]);
    const env = { ...process.env, TFJS_HEADS_CACHE: join(folder, 'cache'), ...environment };
    return execute(process.execPath, [join(copy, 'tools/native/main.mjs')], { env }).then(
      ({ stdout }) => expect.fail(`it succeeded: ${stdout}`),
      (error: { stderr: string; code: number }) => {
        expect(error.code).toBe(1);
        return error.stderr;
      },
    );
  }

  /** A folder of programs that do nothing, to stand for the path. */
  function programs(...names: string[]): string {
    const path = join(folder, 'bin');
    mkdirSync(path);
    for (const name of names) symlinkSync('/bin/true', join(path, name));
    return path;
  }

  test('a compiler', async () => {
    expect(await output({ PATH: programs(), CXX: '' })).toMatch(/C\+\+ compiler is missing[^]*apt-get install g\+\+/);
  });

  test('pip', async () => {
    expect(await output({ PATH: programs('g++'), CXX: '' })).toMatch(
      /pip is missing[^]*python3-pip[^]*put the wheel of tensorflow-cpu 2\.15\.1/,
    );
  });

  test('the network', async () => {
    const unreachable = {
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_NO_INDEX: '',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '0',
      PIP_CONFIG_FILE: '/dev/null',
    };
    expect(await output({ ...unreachable, PATH: `${programs('g++')}:${process.env['PATH']}`, CXX: '' })).toMatch(
      /pip could not download[^]*reaches a Python package index[^]*put the wheel/,
    );
  });

  test('another file than the official one', async () => {
    mkdirSync(join(folder, 'cache/wheels'), { recursive: true });
    writeFileSync(join(folder, 'cache/wheels/tensorflow_cpu-2.15.1-cp311.whl'), 'something else');
    expect(await output({ PATH: programs('g++'), CXX: '' })).toMatch(
      /has sha256 [0-9a-f]{64}, expected 54660c07[^]*removed/,
    );
    expect(readdirSync(join(folder, 'cache/wheels'))).toEqual([]);
  });
});

/** The first entry is deflated, the others stored. */
function makeZip(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  Object.entries(files).forEach(([name, text], i) => {
    const method = i === 0 ? 8 : 0;
    const data = method === 8 ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28); // An extra field that the directory has not.
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    const body = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), data]);
    bodies.push(body);
    offset += body.length;
  });
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listed, end]);
}
