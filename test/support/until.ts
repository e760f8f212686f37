import { setTimeout } from 'node:timers/promises';

/** Wait for what goes on in the background, threads and disks too: until `holds`, at most ten seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds() && performance.now() < endMs) await setTimeout(1);
}
