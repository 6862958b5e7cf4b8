import { type Body, type Code, get, i32, Locals, set, tee, when } from '../code.js';
import { OVER, WORDS } from './words.js';

/** How often a helper looks whether there is more to do before it sleeps: some tens of microseconds. */
const LOOKS = 20_000;

const atomic = (code: number, word: keyof typeof WORDS, ...operands: readonly Code[]): Code => [
  i32(WORDS[word]),
  operands,
  [0xfe, code, 2, 0],
];
const read = (word: keyof typeof WORDS): Code => atomic(0x10, word);
const write = (word: keyof typeof WORDS, value: Code): Code => atomic(0x17, word, value);
const add = (word: keyof typeof WORDS, value: number): Code => [atomic(0x1e, word, i32(value)), DROP];
const notify = (word: keyof typeof WORDS): Code => [atomic(0x00, word, i32(-1)), DROP];
/** Sleeps until it is told, unless the word has changed. */
const sleep = (word: keyof typeof WORDS, expected: Code): Code => [atomic(0x01, word, expected, [0x42, 0x7f]), DROP];

const DROP = 0x1a;
const again = (...body: readonly Code[]): Code => [0x03, 0x40, body, 0x0b];
const goTo = (depth: number): Code => [0x0c, depth];
const leftOf = (ticket: number): Code => [get(ticket), i32(255), 0x71];

/** Takes the part that a ticket says, if nobody else has, and computes it. */
function take(ticket: number): Code {
  const taken = [atomic(0x48, 'ticket', get(ticket), [get(ticket), i32(1), 0x6b]), get(ticket), 0x46];
  return when(taken, [[leftOf(ticket), i32(1), 0x6b], read('body'), [0x11, PART, 0], add('done', 1)]);
}

/** The type of a function that computes a part: of one i32. */
export const PART = 4;

/** Has a body computed, by index and number of parts: takes parts itself, and waits for those that others have taken. */
export function bodyTogether(): Body {
  const locals = new Locals(['i32', 'i32']);
  const [ticket, looks] = locals.many('i32', 2);
  const next = [[read('ticket'), i32(-256), 0x71], i32(256), 0x6a, get(1), 0x72];
  return {
    locals,
    code: [
      write('body', get(0)),
      write('done', i32(0)),
      write('ticket', next),
      when(read('sleeping'), notify('ticket')),
      again(set(ticket, read('ticket')), when(leftOf(ticket), [take(ticket), goTo(1)])),
      set(looks, i32(2 ** 30)),
      // A second or more of this thread: who does not come back until then is dead.
      again(when([read('done'), get(1), 0x46], [0x0f]), [tee(looks, [get(looks), i32(1), 0x6b]), 0x0d, 0]),
      write('lost', i32(1)),
      0x00,
    ],
  };
}

/** Takes parts until the step is over. */
export function help(): Body {
  const locals = new Locals();
  const [ticket, looks] = locals.many('i32', 2);
  return {
    locals,
    code: [
      set(looks, i32(LOOKS)),
      again(
        set(ticket, read('ticket')),
        when([leftOf(ticket), i32(OVER), 0x46], [0x0f]),
        when(
          [leftOf(ticket), 0x45],
          [
            [tee(looks, [get(looks), i32(1), 0x6b]), 0x0d, 1],
            add('sleeping', 1),
            sleep('ticket', get(ticket)),
            add('sleeping', -1),
            set(looks, i32(LOOKS)),
            goTo(1),
          ],
        ),
        take(ticket),
        set(looks, i32(LOOKS)),
        goTo(0),
      ),
    ],
  };
}
