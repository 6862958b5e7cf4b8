import type { Subjects } from '@tfjs-heads/conformance-kit';
import { classificationSubjects } from '@tfjs-heads/head-classification/conformance';
import { multiSubjects } from '@tfjs-heads/head-multi/conformance';
import { regressionSubjects } from '@tfjs-heads/head-regression/conformance';

/** All heads of this project: what the command tries unless it is told a module. */
export const subjects: Subjects = { ...regressionSubjects, ...classificationSubjects, ...multiSubjects };
