export const subjects = { Mine: { create: () => ({}), labels: 'classes' } };
