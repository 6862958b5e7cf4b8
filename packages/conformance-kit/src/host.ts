// For programs that run the suite somewhere and show the result: a command, a page. None of it loads TensorFlow.js.
export { allCapabilities } from './capability.js';
export { inShard, ownFamilies, parseQueries, parseQuery, parseShard, queryOf } from './case.js';
export type { ConformanceCase, Family, Shard } from './case.js';
export { checkExpectationFile, idleExpectations, loadExpectations } from './expectation.js';
export type { Expectation, ExpectationFile } from './expectation.js';
export { DEEPEST, jsonNumber, parseJson, parseShallow } from './json.js';
export { CASE_LIMIT } from './patience.js';
export { keepWholeStacks } from './place.js';
export { printable, printableLine } from './printable.js';
export { isFailure, isGood, placeText, reasonInFull, statuses, tallyOf } from './result.js';
export type { CaseResult, Status, Tally } from './result.js';
export { LONGEST_NAME, TFJS } from './subject.js';
export type { HeadFactory, Subject, Subjects } from './subject.js';
export { attempt, faultOf, reasonOf, shortened } from './thrown.js';
export { exactly, jsonNumberSchema, validated } from './validate.js';
