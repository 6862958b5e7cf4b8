import { SingleBar } from 'cli-progress';

/** Shows how far one run has come. */
export interface Progress {
  /** Fits `RunOptions.onStep`. */
  readonly onStep: (done: number, total: number) => void;
  readonly end: () => void;
}

/** A bar in a terminal; a line at the start and one at the end in a log. */
export function startProgress(title: string): Progress {
  return process.stdout.isTTY ? bar(title) : lines(title);
}

function bar(title: string): Progress {
  const single = new SingleBar({
    stream: process.stdout,
    format: '{bar} {percentage} %  {title}  {value}/{total} steps',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
  });
  return {
    onStep: (done, total) => {
      if (!single.isActive) single.start(total, done, { title });
      else single.update(done);
    },
    end: () => single.stop(),
  };
}

function lines(title: string): Progress {
  let steps = 0;
  console.log(`${title} ...`);
  return {
    onStep: (done) => {
      steps = done;
    },
    end: () => console.log(`${title}: ${steps} steps done`),
  };
}
