export const subjects = { Mine: { create: () => ({}), metric: ['average_loss'] } };
