import {
  getBackend,
  getGradient,
  getKernel,
  type NamedAttrMap,
  ones,
  sub,
  type Tensor,
  tensor4d,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import { changeGradients } from '../change-gradients.js';
import { backThrough, type LinearMap } from '../linear-map.js';
import { reporter, type RepairReport } from './report.js';

const mark = 'resize-gradients';
const report = reporter(mark, undefined);

const names = ['ResizeBilinear', 'ResizeNearestNeighbor'] as const;
type Resize = (typeof names)[number];

/** The backends whose kernels are wrong with whole pixels, too. */
const wrong: Readonly<Record<Resize, Set<string>>> = { ResizeBilinear: new Set(), ResizeNearestNeighbor: new Set() };
/** Theirs are right, and would have to compile a shader for each answer. */
const known = new Set(['webgl', 'webgpu', 'tensorflow']);

/**
 * Gradients of resized images are those of whole pixels, also where centers of pixels are half. On cpu height and width are exchanged in the bilinear one, and
 * that of nearest neighbours counts some twice and some not at all: a layer that samples up learns something else.
 */
export async function repairResizeGradients(): Promise<RepairReport> {
  const changed = changeGradients(mark, names, (original, name) => (dy, saved, attrs) => {
    const isOfKernel = attrs['halfPixelCenters'] !== true && !wrong[name as Resize].has(getBackend());
    if (isOfKernel) return original(dy, saved, attrs);
    return { images: () => resizedBack(name as Resize, dy as Tensor, saved[0] as Tensor, attrs) };
  });
  const found: Resize[] = [];
  for (const name of known.has(getBackend()) || getGradient('ResizeBilinear') === undefined ? [] : names) {
    if (wrong[name].has(getBackend()) || (await isRight(name))) continue;
    wrong[name].add(getBackend());
    found.push(name);
  }
  if (changed.length + found.length === 0)
    return report.notNeeded('gradients of resized images are not there, or right');
  const also = found.length === 0 ? '' : `, and here of whole ones: ${found.join(', ')}`;
  return report.applied(
    `gradients of resized images with half pixels were those of whole ones${also}; they are right now`,
  );
}

/** With whole pixels, against what is put in the place of the kernel; not by a tape, which keeps tensors where a gradient has another shape than it should. */
async function isRight(name: Resize): Promise<boolean> {
  if (getKernel(`${name}Grad`, getBackend()) === undefined) return false;
  let differences: Tensor | undefined;
  try {
    differences = tidy(() => {
      const images = ones([2, 4, 3, 2]);
      // Unlike ones, since strides are mixed up.
      const slopes = tensor4d(
        Array.from({ length: 140 }, (_, i) => (i * 11) % 17),
        [2, 7, 5, 2],
      );
      const attrs = { alignCorners: false, halfPixelCenters: false };
      const slope = getGradient(name).gradFunc(slopes, [images], attrs)['images']?.() as Tensor;
      return util.arraysEqual(slope.shape, images.shape)
        ? sub(slope, resizedBack(name, slopes, images, attrs))
        : ones([1]);
    });
    return (await differences.data()).every((value) => Math.abs(value) < 0.01);
  } catch {
    return true; // A backend that lacks what this takes, or cannot be read, is no worse for it; whoever needs that is told.
  } finally {
    differences?.dispose();
  }
}

function resizedBack(name: Resize, dy: Tensor, images: Tensor, attrs: NamedAttrMap): Tensor {
  const isAligned = attrs['alignCorners'] === true;
  const isHalf = attrs['halfPixelCenters'] === true;
  return [1, 2].reduce((slope, axis) => {
    const [size, outputs] = [images.shape[axis] as number, slope.shape[axis] as number];
    const scale = isAligned && outputs > 1 ? (size - 1) / (outputs - 1) : size / outputs;
    const center = (output: number): number => (isHalf ? (output + 0.5) * scale : output * scale);
    const map = Array.from({ length: outputs }, (_, output) =>
      name === 'ResizeBilinear'
        ? between(center(output) - (isHalf ? 0.5 : 0), size)
        : [[nearest(center(output), size, isAligned), 1] as const],
    );
    return backThrough(map, size, slope, axis);
  }, dy);
}

/** The two neighbours, by how near each is. */
function between(at: number, size: number): LinearMap[number] {
  const below = Math.floor(at);
  const share = at - below;
  return [
    [Math.max(below, 0), 1 - share],
    [Math.min(Math.ceil(at), size - 1), share],
  ];
}

/** In float32, which decides where the quotient of two whole numbers should be whole. */
function nearest(at: number, size: number, isAligned: boolean): number {
  const rounded = Math.fround(at);
  return Math.min(isAligned ? Math.round(rounded) : Math.floor(rounded), size - 1);
}
