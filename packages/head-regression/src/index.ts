export type { InverseLinkFn } from './inverse-link.js';
export { LogisticRegressionHead } from './logistic-regression-head.js';
export type { LogisticRegressionHeadOptions } from './logistic-regression-head.js';
export { PoissonRegressionHead } from './poisson-regression-head.js';
export type { PoissonRegressionHeadOptions } from './poisson-regression-head.js';
export type { LinkedPredictions, RegressionFamilyHeadOptions, RegressionPredictions } from './regression-family.js';
export { RegressionHead } from './regression-head.js';
export type { RegressionHeadOptions } from './regression-head.js';
