import { createProgram } from './program.ts';
import { runProgram } from './run-program.ts';
import { addServices } from './services.ts';

await runProgram(createProgram(addServices));
