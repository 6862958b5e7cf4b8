export { regressionSubjects as subjects } from './regression.js';
