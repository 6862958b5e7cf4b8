/** The descriptor of the pipe between a worker and its parent. */
export const CHANNEL = 3;
