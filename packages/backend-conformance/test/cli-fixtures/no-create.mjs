export const subjects = { Mine: { head: 1 } };
