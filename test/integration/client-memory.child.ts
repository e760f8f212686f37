/** Meets files as a client does: `path first count version`, names from `first` on. */
import { KeptMemory } from '../../src/client/memory/memory.ts';
import { openMemoryFile } from '../../src/client/memory/memory-file.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { versionStatement } from '../support/version-statement.ts';

const [path = '', first, count, version] = process.argv.slice(2);
const memory = new KeptMemory({ open: () => openMemoryFile(path), clock: systemClock });
for (let index = Number(first); index < Number(first) + Number(count); index++) {
  const stated = versionStatement({
    name: `p-1/t-1/s-1/i-${index}.dcm`,
    version: Number(version),
  });
  try {
    memory.meet({ ...stated, version: undefined }, stated);
  } catch (error) {
    // Another command saw a newer one.
    if (codeOf(error) !== 'CLIENT_VERSION_OLDER') throw error;
  }
  if (index === Number(first) + Number(count) / 2) process.stdout.write('half\n');
  // As between two transfers: whoever kills it finds it at any point.
  await new Promise((resolve) => setImmediate(resolve));
}
memory.close();
process.stdout.write(`${memory.lack() ?? 'kept'}\n`);
