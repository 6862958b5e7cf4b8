/**
 * @typedef {object} Flavour
 * @property {string} npmPackage
 * @property {string} wheel
 * @property {string} version
 * @property {string} sha256
 * @property {string} size
 */

/**
 * What is built against what. TensorFlow 2.15.1 is pinned: it runs with glibc 2.17, and the same
 * version of the wheel carries the original `tf.estimator`. The checksums are those of the registry.
 * @type {Readonly<Record<'cpu' | 'cuda', Flavour>>}
 */
export const FLAVOURS = {
  cpu: {
    npmPackage: '@tensorflow/tfjs-node',
    wheel: 'tensorflow-cpu',
    version: '2.15.1',
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
    size: '207 MB',
  },
  cuda: {
    npmPackage: '@tensorflow/tfjs-node-gpu',
    wheel: 'tensorflow',
    version: '2.15.1',
    sha256: 'bb0edd69103c154245c5f209f0507355cc68ba7e4de350084bc31edc562478e4',
    size: '475 MB',
  },
};

export const PYTHON = '3.11';
export const PLATFORM = 'manylinux2014_x86_64';

/** The addon's N-API version: node-pre-gyp looks for the highest that the package declares. */
export const NAPI_VERSION = 8;
