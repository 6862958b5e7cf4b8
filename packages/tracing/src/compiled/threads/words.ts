/**
 * Words at the beginning of the memory of a function with threads, in bytes; what is written often is in a line of the caches of its own. A ticket says how
 * many parts of a body are still to be taken, in its lowest 8 bits; the others count bodies, so that a thread that was late takes none of another one.
 */
export const WORDS = { ticket: 0, body: 4, done: 64, sleeping: 128, lost: 192, ready: 196 } as const;

/** Of a ticket: the step is over. */
export const OVER = 255;
