/**
 * Counts up with every change of planning or of a format that changes which stacks are volumes, or a
 * byte of one: what an older edition refused is tried again.
 */
export const volumeEdition = 13;
