/** Milliseconds of CPU time that the main thread has had, so that what else the machine does does not count; of the wall where Linux is not there to tell. */
export async function cpuClock(): Promise<() => number> {
  try {
    const { readFileSync } = await import('node:fs');
    const read = (): number => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
    if (read() > 0) return read;
  } catch {
    // a page, or no Linux
  }
  return () => performance.now();
}
