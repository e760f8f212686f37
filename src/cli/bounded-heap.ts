/**
 * Young objects are collected early: most hold on to buffers outside the heap, and a gateway that
 * streams keeps a hundred MiB more of such garbage otherwise, for no gain in time. V8 reads it only
 * when it starts.
 */
const youngGeneration = '--max-semi-space-size=8';

/**
 * Start this program again in this process, under the same process id, with a bounded young
 * generation, unless its operator or the start before chose one. Returns where that is so.
 */
export function boundHeap(): void {
  const chosen = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  // Node takes flags with underscores too.
  if (chosen.some((one) => one.replaceAll('_', '-').includes('--max-semi-space-size'))) return;
  const rest = [...process.execArgv, youngGeneration, ...process.argv.slice(1)];
  try {
    process.execve?.(process.execPath, [process.execPath, ...rest], process.env);
  } catch {
    // Under Node's permission model: it runs on with more memory.
  }
}
