const LENGTH = 2000;
/** V8 prints a stack of its own functions after what it died of; a deep one would push that out. */
const FRAMES_OF_V8 = /^ *\d+: 0x[\da-f]+ .*\n/gm;

/** The end of a text that may be endless. */
export class Tail {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).replace(FRAMES_OF_V8, '').slice(-LENGTH);
  }

  get text(): string {
    return this.#text.trim();
  }
}
