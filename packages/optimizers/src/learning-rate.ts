import { serialization } from '@tensorflow/tfjs-core';
import { ask, describeValue, headError, isMap, quote } from '@tfjs-heads/head-kit';
import { rateOfFloat32 } from './check-numbers.js';
import { hasUnderscore, readTexts, writeTexts } from './saved-text.js';
import {
  CosineDecay,
  ExponentialDecay,
  InverseTimeDecay,
  type LearningRateSchedule,
  PiecewiseConstantDecay,
  PolynomialDecay,
} from './schedules.js';

/** How far a step goes: a number, or a schedule that says it for each step. */
export type LearningRate = number | LearningRateSchedule;

/** A schedule as a configuration holds it. */
interface ScheduleConfig {
  readonly className: string;
  readonly config: serialization.ConfigDict;
  /** Whether the texts are as {@link writeTexts} makes them. */
  readonly escaped?: boolean;
}

/** @throws INVALID_ARGUMENT */
export function checkLearningRate(optimizer: string, given: unknown): LearningRate {
  if (isSchedule(given)) return given;
  if (isMap(given)) {
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: learningRate must be a number or a schedule with the methods rateAt, getConfig and getClassName, got ${describeValue(given)}.`,
    );
  }
  return rateOfFloat32(`${optimizer}: learningRate`, given);
}

function isSchedule(value: unknown): value is LearningRateSchedule {
  const has = (name: keyof LearningRateSchedule): boolean =>
    ask(() => typeof (value as LearningRateSchedule)[name] === 'function', false);
  return has('rateAt') && has('getConfig') && has('getClassName');
}

/**
 * The rate of a step.
 *
 * @throws INVALID_ARGUMENT where a schedule gives what is no rate
 */
export function rateAt(optimizer: string, rate: LearningRate, step: number): number {
  if (typeof rate === 'number') return rate;
  return rateOfFloat32(`${optimizer}: what learningRate.rateAt(${step}) returns`, rate.rateAt(step));
}

/** A learning rate as plain JSON, which tfjs-layers does not change. */
export function configOfRate(rate: LearningRate): serialization.ConfigDictValue {
  if (typeof rate === 'number') return rate;
  const config = { className: rate.getClassName(), config: rate.getConfig() };
  return hasUnderscore(config) ? { ...writeTexts(config), escaped: true } : config;
}

/** The learning rate that a configuration holds; what is none stays, to be refused. */
export function rateOfConfig(optimizer: string, config: serialization.ConfigDictValue): LearningRate {
  if (!isMap(config) || typeof config['className'] !== 'string') return config as number;
  const given = config as unknown as ScheduleConfig;
  const { className, config: settings } = given.escaped === true ? readTexts(given) : given;
  const make =
    [CosineDecay, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay].find(
      (schedule) => schedule.className === className,
    ) ?? registered(className);
  const refuse = (cause?: unknown): never => {
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: learningRate must be a schedule of this package or one registered by tf.serialization.registerClass, got the class ${quote(className)}.`,
      { cause },
    );
  };
  if (make === undefined) return refuse();
  if (!isMap(settings)) {
    throw headError(
      'INVALID_ARGUMENT',
      `${optimizer}: learningRate.config must be an object, got ${describeValue(settings)}.`,
    );
  }
  let schedule: unknown;
  try {
    schedule = make.fromConfig(make as never, settings);
  } catch (error) {
    throw error instanceof Error && error.name === 'HeadError' ? error : refuse(error);
  }
  return isSchedule(schedule) ? schedule : refuse();
}

function registered(className: string): serialization.SerializableConstructor<serialization.Serializable> | undefined {
  const { classNameMap } = serialization.SerializationMap.getMap();
  return Object.hasOwn(classNameMap, className) ? classNameMap[className]?.[0] : undefined;
}
