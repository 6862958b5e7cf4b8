/** Something this machine lacks. `remedy` tells a person how to get it; nothing is thrown without one. */
export class Problem extends Error {
  /**
   * @param {string} what
   * @param {string} remedy
   */
  constructor(what, remedy) {
    super(`${what}\n  ${remedy}`);
    this.name = 'Problem';
    this.what = what;
    this.remedy = remedy;
  }
}
