/** A piece of work that is done when its promise resolves. */
export type Work = () => Promise<unknown>;

/** Long enough for the engine to have compiled what it is going to compile. */
const WARM_UP_MILLISECONDS = 300;
/** Of work that takes longer than that, too. */
const FEWEST_WARM_UPS = 2;
const REPETITIONS = 25;
/** A repetition is long enough to be told from the clock's own steps: browsers round to 0.1 ms. */
const MILLISECONDS_A_REPETITION = 4;

/**
 * The median times of two pieces of work in milliseconds, measured in turns and in changing order, so
 * that what else the machine does meets both.
 *
 * @param repetitions Fewer for work that takes seconds. Default: 25.
 */
export async function interleave(
  ours: Work,
  theirs: Work,
  repetitions: number = REPETITIONS,
): Promise<{ ours: number; theirs: number }> {
  const repeats = { ours: await calibrate(ours), theirs: await calibrate(theirs) };
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const first = async (): Promise<number> => times.ours.push(await time(ours, repeats.ours));
    const second = async (): Promise<number> => times.theirs.push(await time(theirs, repeats.theirs));
    for (const turn of repetition % 2 === 0 ? [first, second] : [second, first]) await turn();
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

async function calibrate(work: Work): Promise<number> {
  const start = performance.now();
  let count = 0;
  for (; count < FEWEST_WARM_UPS || performance.now() - start < WARM_UP_MILLISECONDS; count++) await work();
  return Math.ceil((MILLISECONDS_A_REPETITION * count) / (performance.now() - start));
}

async function time(work: Work, repeats: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) await work();
  return (performance.now() - start) / repeats;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}
