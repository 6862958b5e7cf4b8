import type { ProgressBar, TerminalStream } from './progress-bar.js';

/** It is drawn again after so many milliseconds at least. */
const REDRAW = 100;
/** Over so many milliseconds examples are counted for their rate. */
const RATE_OVER = 1000;
/** How long the bar is, in characters. */
const LENGTH = 20;

/**
 * A bar on a terminal, of the steps from the one after which a run begins to the last one, Infinity where nobody knows that one.
 *
 * @param wanted True for standard error.
 * @returns Undefined where there is no terminal, or none is wanted
 */
export async function progressBar(
  wanted: boolean | TerminalStream,
  first: number,
  last: number,
): Promise<ProgressBar | undefined> {
  const stream = wanted === true ? process.stderr : wanted;
  if (stream === false || stream.isTTY !== true) return undefined;
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(stream as NodeJS.WritableStream, { showCursor: true });
  let [step, rows, loss] = [first, 0, Number.NaN];
  let latest: Promise<number> | undefined;
  let rate = 0;
  let since = { time: performance.now(), rows: 0, isStart: true };
  let drawn = -Infinity;
  let isOver = false;

  const show = (): void => {
    if (isOver) return;
    const now = performance.now();
    const passed = now - since.time;
    if (since.isStart || passed >= RATE_OVER) rate = ((rows - since.rows) / passed) * 1000;
    if (passed >= RATE_OVER) since = { time: now, rows, isStart: false };
    // One more would break the line.
    draw(lineOf({ step, first, last, loss, rate }).slice(0, (stream.columns ?? 80) - 1));
    drawn = now;
  };
  return {
    after(now, of, value) {
      step = now;
      rows += of;
      latest = value;
      if (performance.now() - drawn < REDRAW) return;
      drawn = performance.now();
      value.then(
        (known) => {
          loss = known;
          show();
        },
        () => undefined, // The run ends with it, and says why.
      );
    },
    above(write) {
      draw.clear();
      write();
      show();
    },
    async end() {
      loss = (await latest?.catch(() => undefined)) ?? loss;
      show();
      isOver = true;
      draw.done();
    },
  };
}

interface State {
  readonly step: number;
  readonly first: number;
  readonly last: number;
  readonly loss: number;
  readonly rate: number;
}

function lineOf({ step, first, last, loss, rate }: State): string {
  const told = [
    ...(Number.isNaN(loss) ? [] : [`loss ${Number(loss.toPrecision(5))}`]),
    ...(Number.isFinite(rate) ? [`${Math.round(rate).toLocaleString('en')} examples/s`] : []),
  ];
  if (last === Infinity) return [`step ${step}`, ...told].join('  ');
  const share = (step - first) / (last - first);
  const full = Math.floor(share * LENGTH);
  const bar = '█'.repeat(full) + '░'.repeat(LENGTH - full);
  return [`${bar} ${Math.floor(100 * share)} %`, `step ${step}/${last}`, ...told].join('  ');
}
