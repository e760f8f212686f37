import { dirname } from 'node:path';

/** The folder that holds package.json. */
export const projectRoot: string = dirname(import.meta.dirname);
