import wabt from 'wabt';
import { type Contestant, inThisProcess } from './contestant.js';

/** How many vectors of four are multiplied and added to in turns: as many as the tiles of our products have, and more of them. The better one counts. */
const VECTORS = [8, 12];
/** How often each is in a turn of the loop. */
const REPEATED = 4;
/** Multiplications of a trial, and trials: the engine compiles well only what it has seen running. */
const TRIAL = 4e6;
const TRIALS = 40;

/** Multiplies so often, and adds as often. */
type Kernel = (multiplications: number) => number;

/**
 * What so many multiplications, each with an addition, take by the SIMD of WebAssembly if there is nothing else: all numbers are in registers. Its "losses" are none.
 *
 * @param options Whether the two are one instruction.
 */
export async function simdLimit(
  multiplications: number,
  { relaxedSimd }: { readonly relaxedSimd: boolean },
): Promise<Contestant> {
  const kernels = await Promise.all(VECTORS.map((vectors) => kernelOf(vectors, relaxedSimd)));
  const times = kernels.map((kernel) => {
    let best = Infinity;
    for (let trial = 0; trial < TRIALS; trial++) {
      const start = performance.now();
      kernel(TRIAL);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  });
  const best = kernels[times.indexOf(Math.min(...times))] as Kernel;
  return inThisProcess(async () => best(multiplications));
}

async function kernelOf(vectors: number, relaxedSimd: boolean): Promise<Kernel> {
  const each = (write: (name: string) => string): string =>
    Array.from({ length: vectors }, (_, index) => write(`$v${index}`)).join(' ');
  // Each is made of itself, so that no compiler takes it out of the loop, and goes to 500, far from the numbers that processors are slow with.
  const of = (v: string): string =>
    relaxedSimd
      ? `(f32x4.relaxed_madd (local.get ${v}) (local.get $x) (local.get $y))`
      : `(f32x4.add (f32x4.mul (local.get ${v}) (local.get $x)) (local.get $y))`;
  const turn = each((v) => `(local.set ${v} ${of(v)})`);
  const text = `(module (func (export "run") (param $turns i32) (result f32)
    (local $x v128) (local $y v128) (local $sum v128) ${each((v) => `(local ${v} v128)`)}
    (local.set $x (f32x4.splat (f32.const 0.999)))
    (local.set $y (f32x4.splat (f32.const 0.5)))
    (loop $again
      ${turn.repeat(REPEATED)}
      (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
    ${each((v) => `(local.set $sum (f32x4.add (local.get $sum) (local.get ${v})))`)}
    (f32x4.extract_lane 0 (local.get $sum))))`;
  const { parseWat } = await wabt();
  const { buffer } = parseWat('limit.wat', text, { simd: true, relaxed_simd: true }).toBinary({});
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(buffer)));
  const run = exports['run'] as (turns: number) => number;
  return (multiplications) => run(Math.max(1, Math.round(multiplications / (4 * REPEATED * vectors))));
}
