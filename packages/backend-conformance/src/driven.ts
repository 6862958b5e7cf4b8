/** Where a program drives the page, its address ends in this: then no code under test is loaded before the program says so. */
export const DRIVEN = '?driven';
