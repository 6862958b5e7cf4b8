import { TokenParser, TokenParserError, Tokenizer, TokenizerError, TokenType } from '@streamparser/json';
import { DEEPEST } from '../parse-json.js';
import { printableLine } from '../printable.js';
import { attempt, reasonOf } from '../reason.js';
import type { CaseResult, ConformanceReport } from '../result.js';
import { assembled, checkResult, tooMany } from './check.js';
import { MOST_RESULTS } from './schema.js';
import { shareTexts } from './share-texts.js';

/**
 * Reads a `results.json`, of a million results, too: in pieces, each result checked and made small when it has come. In Node only.
 *
 * @throws Error that names the file and what is wrong with it
 */
export async function readReport(path: string): Promise<ConformanceReport> {
  const { createReadStream } = globalThis.process.getBuiltinModule('node:fs');
  const reading = new Reading(path);
  const pieces = createReadStream(path, { highWaterMark: 1 << 20 })[Symbol.asyncIterator]();
  const refuse = (reason: string, cause: unknown): never => {
    throw new Error(printableLine(`${path}: ${reason}`), { cause });
  };
  // A lone byte in the middle of nowhere would become a replacement character, and a name another.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let done: boolean | undefined = false; !done; ) {
    const next = (await pieces.next().catch((error: unknown) => refuse(reasonOf(error), error))) as IteratorResult<Uint8Array, undefined>;
    done = next.done === true;
    const text = attempt(() => decoder.decode(next.value, { stream: !done })) ?? refuse('expected JSON, but it is not UTF-8', undefined);
    reading.write(text);
  }
  return reading.end();
}

/** Results go to lists of their own as they come; what is left in the end is the outline. */
class Reading {
  readonly #from: string;
  readonly #results: CaseResult[][] = [];
  readonly #tokenizer = new Tokenizer({ stringBufferSize: 1 << 16 });
  readonly #share = shareTexts();
  #depth = 0;
  #count = 0;
  #isBlank = true;
  #outline: { readonly value: unknown } | undefined;

  constructor(from: string) {
    this.#from = from;
    const parser = new TokenParser({ paths: ['$.runs.*.cases.*', '$'] });
    this.#tokenizer.onToken = (token) => {
      if (token.token === TokenType.LEFT_BRACE || token.token === TokenType.LEFT_BRACKET) this.#depth++;
      if (token.token === TokenType.RIGHT_BRACE || token.token === TokenType.RIGHT_BRACKET) this.#depth--;
      if (this.#depth > DEEPEST) this.#refuse(`it is nested more than ${DEEPEST} deep`);
      parser.write(token);
    };
    parser.onValue = ({ value, parent, stack }) => {
      if (stack.length === 0) this.#outline = { value };
      else if (Array.isArray(parent)) this.#take(value, parent, Number(stack[2]?.key));
    };
  }

  write(text: string): void {
    if (text === '') return;
    this.#isBlank &&= text.trim() === '';
    try {
      this.#tokenizer.write(text);
    } catch (error) {
      if (error instanceof TokenizerError || error instanceof TokenParserError) this.#refuse(reasonOf(error), error);
      throw error;
    }
  }

  end(): ConformanceReport {
    if (this.#isBlank) this.#refuse('it is empty');
    if (this.#outline === undefined) return this.#refuse('it ends in the middle');
    return assembled(this.#outline.value, this.#results, this.#from);
  }

  #take(value: unknown, list: unknown[], run: number): void {
    if (++this.#count > MOST_RESULTS) throw tooMany(this.#from);
    const results = (this.#results[run] ??= []);
    results.push(this.#share(checkResult(value, this.#from, run, results.length)));
    list.pop();
  }

  #refuse(wrong: string, cause?: unknown): never {
    throw new Error(printableLine(`${this.#from}: expected JSON, but ${wrong}`), { cause });
  }
}
