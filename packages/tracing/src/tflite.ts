export { exportTflite, toTflite } from './tflite/export-tflite.js';
export type { TfliteModel, TfliteOptions, TfliteSpec } from './tflite/export-tflite.js';
