import { backend_util } from '@tensorflow/tfjs-core';
import type { KernelCall } from './lowering.js';
import type { Size } from './sizes.js';

type Four = [number, number, number, number];

/** How a window moves over an image, as tfjs works it out. */
export type Window = backend_util.Conv2DInfo;

/** @throws EXPORT_UNSUPPORTED */
export function convWindow(
  call: KernelCall,
  image: readonly Size[],
  filter: readonly Size[],
  isDepthwise: boolean,
): Window {
  const format = call.attribute('dataFormat') ?? 'NHWC';
  if (format !== 'NHWC') throw call.unsupported(`with the data format ${String(format)}`);
  return backend_util.computeConv2DInfo(
    imageShape(call, image),
    filter.map((size) => call.fixed(size, 'the size of a filter')) as Four,
    call.attribute('strides') as [number, number],
    (call.attribute('dilations') as [number, number] | undefined) ?? [1, 1],
    call.attribute('pad') as 'same',
    call.attribute('dimRoundingMode') as 'floor' | undefined,
    isDepthwise,
  );
}

export function poolWindow(call: KernelCall, image: readonly Size[]): Window {
  return backend_util.computePool2DInfo(
    imageShape(call, image),
    call.attribute('filterSize') as [number, number],
    call.attribute('strides') as [number, number],
    (call.attribute('dilations') as [number, number] | undefined) ?? [1, 1],
    call.attribute('pad') as 'same',
    call.attribute('dimRoundingMode') as 'floor' | undefined,
  );
}

/** Formats round sizes down: a window that runs over the edge by explicit padding is none of theirs. */
export function demandRoundedDown(call: KernelCall, window: Window): void {
  const { top, bottom, left, right } = window.padInfo;
  const sizeAfter = (size: number, padding: number, filter: number, stride: number): number =>
    Math.floor((size + padding - filter) / stride) + 1;
  const height = sizeAfter(window.inHeight, top + bottom, window.effectiveFilterHeight, window.strideHeight);
  const width = sizeAfter(window.inWidth, left + right, window.effectiveFilterWidth, window.strideWidth);
  if (height !== window.outHeight || width !== window.outWidth)
    throw call.unsupported(`with padding [${top}, ${bottom}, ${left}, ${right}] and sizes rounded up`);
}

/** A shape for working out windows, to which the number of rows is the same. */
function imageShape(call: KernelCall, shape: readonly Size[]): Four {
  const [, ...others] = shape;
  return [1, ...others.map((size) => call.fixed(size, 'the size of an image'))] as Four;
}
