import { type CaseResult, parseJson, parseShallow, printableLine, reasonOf } from '@tfjs-heads/conformance-kit/host';
import type { ConformanceReport } from './format.js';
import { assembled, checkResult, tooMany } from './check.js';
import { ResultLists } from './result-lists.js';
import { MOST_RESULTS } from './schema.js';
import { shareTexts } from './share-texts.js';

/**
 * Reads a `results.json`, of a million results, too: in pieces, each result checked and made small when it has come. As one text, a
 * million are longer than a text may be. In Node only.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readReport(path: string): Promise<ConformanceReport> {
  const results: CaseResult[][] = [];
  const share = shareTexts();
  let [run, count] = [0, 0];
  const lists = new ResultLists(
    {
      begin(i) {
        run = i;
        results[run] = [];
      },
      result(json) {
        if (++count > MOST_RESULTS) throw tooMany(path);
        const list = results[run] as CaseResult[];
        const result = parseShallow(json, `${path}: runs[${run}].cases[${list.length}]`);
        list.push(share(checkResult(result, path, run, list.length)));
      },
    },
    printableLine(path),
  );
  for await (const piece of piecesOf(path)) lists.write(piece);
  if (lists.isWithin) throw new Error(printableLine(`${path}: expected JSON, but it ends in the middle`));
  return assembled(parseJson(lists.rest(), path), results, path);
}

/** What is given is overwritten by what comes next: memory of that kind is given back late. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const { open } = globalThis.process.getBuiltinModule('node:fs/promises');
  const refuse = (error: unknown): never => {
    throw new Error(printableLine(`${path}: ${reasonOf(error)}`), { cause: error });
  };
  const file = await open(path).catch(refuse);
  try {
    const buffer = new Uint8Array(1 << 20);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length).catch(refuse);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
