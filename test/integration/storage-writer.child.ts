/** Writes replicas for ever and says each one that was committed; its parent kills it. */
import { randomBytes } from 'node:crypto';
import { sealed } from '../../src/flow/mint/sealed.ts';
import { openDiskStorage } from '../../src/storage/backends/disk/index.ts';
import { type ReplicaId, storageLimits } from '../../src/storage/index.ts';

const [path = ''] = process.argv.slice(2);
const limits = { ...storageLimits, chunkBytes: 10_000 };
const store = await openDiskStorage({ name: 'disk', path, capacityBytes: 1e9, limits });
for (;;) {
  const id = randomBytes(16).toString('hex') as ReplicaId;
  const size = 1 + (Number.parseInt(id.slice(0, 4), 16) % 40_000);
  const reservation = await store.reserve(size);
  const writer = await store.create(id, reservation);
  const bytes = new Uint8Array(size).fill(Number.parseInt(id.slice(0, 2), 16));
  for (let offset = 0; offset < size; offset += 3_000)
    await writer.write(sealed(bytes.subarray(offset, offset + 3_000)));
  await writer.commit();
  reservation.release();
  process.stdout.write(`${id} ${size}\n`);
}
