import { DEEPEST } from '@tfjs-heads/conformance-kit/host';

/** What is found in a report's JSON. */
export interface Found {
  /** The list of results of the `i`th run begins; it is the last that counts where there are several. */
  begin(i: number): void;
  /** One result of it, as JSON. */
  result(json: Uint8Array): void;
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];

/** `{"runs": [{"cases": [` */
const IN_RESULTS = 4;

/**
 * Cuts the JSON of a report, which comes in pieces, into its results and the rest. It looks at quotes and brackets alone, so that it
 * takes a fraction of the time of a parser that makes each value in JavaScript; `JSON.parse` does the parsing of what it cuts, and
 * finds whatever is no JSON.
 */
export class ResultLists {
  readonly #found: Found;
  readonly #from: string;
  readonly #rest: Uint8Array[] = [];
  /** What came before of what is not cut yet. */
  #begun: Uint8Array[] = [];
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** The last text, where it may be a key, as far as a known key is long. */
  #text = '';
  readonly #keys = ['', '', '', ''];
  #run = -1;
  /** How many results of the list are cut; -1 outside of one. */
  #count = -1;

  /** @param from Where the JSON is from, for messages. */
  constructor(found: Found, from: string) {
    this.#found = found;
    this.#from = from;
  }

  /** Whether a list of results has begun and not ended. */
  get isWithin(): boolean {
    return this.#count !== -1;
  }

  /** Everything but the results, after the last piece. */
  rest(): Uint8Array {
    return joined(this.#rest);
  }

  /** @throws Error where it is nested too deep */
  write(bytes: Uint8Array): void {
    let from = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isText = false;
        if (this.#depth < IN_RESULTS && this.#text.length < 8 && byte !== QUOTE)
          this.#text += String.fromCharCode(byte);
        continue;
      }
      if (byte > BRACE_END) continue;
      if (byte === QUOTE) {
        this.#isText = true;
        this.#text = '';
      } else if (byte === COLON) {
        if (this.#depth < IN_RESULTS) this.#keys[this.#depth] = this.#text;
      } else if (byte === COMMA) {
        if (this.#count !== -1 && this.#depth === IN_RESULTS) {
          this.#cut(bytes.subarray(from, i), true);
          from = i + 1;
        }
      } else if (byte === BRACE || byte === BRACKET) {
        if (this.#open(byte)) {
          this.#keep(bytes.subarray(from, i + 1));
          from = i + 1;
        }
      } else if (byte === BRACE_END || byte === BRACKET_END) {
        if (this.#count !== -1 && this.#depth === IN_RESULTS) {
          this.#cut(bytes.subarray(from, i), false);
          this.#count = -1;
          from = i;
        }
        this.#depth--;
      }
    }
    const left = bytes.subarray(from);
    if (this.#count === -1) this.#keep(left);
    else this.#begun.push(left.slice());
  }

  /** Whether a list of results begins. */
  #open(byte: number): boolean {
    this.#depth++;
    if (this.#depth > DEEPEST)
      throw new Error(`${this.#from}: expected JSON, but it is nested more than ${DEEPEST} deep`);
    if (this.#depth < IN_RESULTS) this.#keys[this.#depth] = '';
    if (this.#depth === 2 && this.#keys[1] === 'runs') this.#run = -1;
    if (this.#depth === 3 && this.#keys[1] === 'runs' && byte === BRACE) this.#run++;
    if (this.#depth !== IN_RESULTS || byte !== BRACKET || this.#keys[1] !== 'runs' || this.#keys[3] !== 'cases')
      return false;
    this.#count = 0;
    this.#found.begin(this.#run);
    return true;
  }

  #cut(end: Uint8Array, isMoreToCome: boolean): void {
    const json = this.#begun.length === 0 ? end : joined([...this.#begun, end]);
    this.#begun = [];
    // An empty list has none; anywhere else, nothing between commas is a mistake for the parser to find.
    if (!isMoreToCome && this.#count === 0 && json.every((byte) => byte <= 0x20)) return;
    this.#count++;
    this.#found.result(json);
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#rest.push(bytes.slice());
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
