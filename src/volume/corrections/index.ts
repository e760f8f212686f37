import type { StackCorrection } from '../stack-correction.ts';
import { pickFirstDuplicate } from './pick-first-duplicate/pick-first-duplicate.ts';

/** Every correction that a reader can ask for. Adding one is a folder and a line here. */
export const corrections: readonly StackCorrection[] = [pickFirstDuplicate];
