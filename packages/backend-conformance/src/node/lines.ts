/** Longer than anything that a session says. */
const LONGEST = 64 * 2 ** 20;

/**
 * The lines of a stream; a last one without an end is one, too.
 *
 * @throws Error where a line has no end
 */
export async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const text of stream as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    yield* lines;
    if (rest.length > LONGEST) throw new Error('something other than the suite wrote to its channel, without an end');
  }
  if (rest !== '') yield rest;
}
