import { engine, scalar, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { wasmHeap } from '@tfjs-heads/head-kit';
import { random } from '@tfjs-heads/reference';
import { expect, it } from 'vitest';
import { optimizerCases } from '../src/conformance-cases.js';
import { BYTES } from '../src/simd-module.js';
import { runUpdate } from '../src/update-kernel.js';
import type { Scalars, UpdateRule, UpdateSource } from '../src/index.js';

const SPECIAL = [NaN, Infinity, -Infinity, 0, -0, 1e-42, -1e-42, 3.4e38, -3.4e38, 1, -1];
const LIMITS: readonly Scalars[] = [
  { decay: 0, clipvalue: Infinity },
  { decay: 0.01, clipvalue: Infinity },
  { decay: 0, clipvalue: 0.5 },
];

const POWER = 'FtrlPower';

/** A rule that is not ours, of the same formula: it walks in JavaScript. */
const stranger = (rule: UpdateRule): UpdateRule => ({ ...rule });

it('is there for each formula but that with a power', () => {
  const kernels = Object.keys(wasmHeap(engine().backend)?.exportsOf(BYTES) ?? {});
  const rules = Object.values(optimizerCases).map(({ make }) => make().rule.name);
  expect(new Set(rules)).toEqual(new Set([...kernels.filter((name) => !['decay', 'clip'].includes(name)), POWER]));
});

it.each(Object.entries(optimizerCases))(
  '%s comes to the same bits in WebAssembly as in JavaScript',
  (_name, { make }) => {
    const optimizer = make();
    const { rule } = optimizer;
    const next = random(5);
    const draw = (size: number): Float32Array =>
      Float32Array.from({ length: size }, () =>
        next() < 0.3
          ? (SPECIAL[Math.floor(next() * SPECIAL.length)] as number)
          : (next() - 0.5) * 10 ** (next() * 8 - 4),
      );
    for (const size of [1, 2, 3, 4, 5, 8, 11, 403])
      for (const limits of LIMITS)
        for (const scale of [undefined, 0.3]) {
          engine().startScope();
          const names = ['variable', 'gradient', ...rule.slots];
          const inputs = Object.fromEntries(names.map((name) => [name, tensor1d(draw(size))])) as Record<
            'variable' | 'gradient',
            Tensor
          >;
          const scalars = { ...optimizer.scalarsFor('x'), ...limits };
          const given = { ...inputs, ...(scale !== undefined && { scale: scalar(scale) }) };
          const run = (one: UpdateRule): (Float32Array | number)[][] =>
            runUpdate(given, { rule: one, scalars, source: optimizer as UpdateSource, variable: 'x' }).map((made) => [
              ...(made.dataSync() as Float32Array),
            ]);
          expect(run(rule), `of ${size} numbers`).toEqual(run(stranger(rule)));
          engine().endScope();
        }
    optimizer.dispose();
  },
);
