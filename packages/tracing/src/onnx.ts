export { exportOnnx, toOnnx } from './onnx/export-onnx.js';
export type { OnnxModel, OnnxOptions, OnnxSpec } from './onnx/export-onnx.js';
