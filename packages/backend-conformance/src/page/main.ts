import type { Load } from '../channel/perform.js';
import { contentOf } from '../modules.js';
import { installAutomation } from './automation.js';
import { showVisitorPage } from './visitor.js';

export { DRIVEN } from '../driven.js';

/**
 * Makes the current page one that runs the suite for a visitor, who presses a button.
 *
 * @param module What a module of the user's exports.
 * @throws Error that says what is wrong with it
 */
export function openPage(module: object): void {
  showVisitorPage(document.body, contentOf(module));
}

/** Makes the current page one that a program drives, as `window.conformance`. */
export function openForProgram(load: Load): void {
  installAutomation(load);
}
