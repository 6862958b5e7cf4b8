export const heads = {};
