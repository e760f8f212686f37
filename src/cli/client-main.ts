import { createProgram } from './program.ts';
import { runProgram } from './run-program.ts';

// The client alone: what `npm run build` makes one file of.
await runProgram(createProgram());
