import { createProgram } from './program.ts';

// Whoever reads our output may stop reading, as `head` does: then there is nobody to tell more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.exitCode = await createProgram().run(process.argv.slice(2));
