import type { Program } from './program.ts';

/** Run the process's own command line. */
export async function runProgram(program: Program): Promise<void> {
  // Whoever reads our output may stop reading, as `head` does: then there is nobody to tell more.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.exitCode = await program.run(process.argv.slice(2));
}
