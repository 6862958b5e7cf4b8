const LENGTH = 2000;

/** The end of a text that may be endless. */
export class Tail {
  #text = '';

  add(text: string): void {
    this.#text = (this.#text + text).slice(-LENGTH);
  }

  get text(): string {
    return this.#text.trim();
  }
}
