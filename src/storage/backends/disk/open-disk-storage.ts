import { join, resolve } from 'node:path';
import { utf8 } from '../../../lib/bytes/bytes.ts';
import { type Clock, systemClock } from '../../../lib/clock.ts';
import { codeOf } from '../../../lib/errors/mdm-error.ts';
import { type Log, silentLog } from '../../../lib/log.ts';
import { storageErrors } from '../../errors.ts';
import { Ledger } from '../../ledger.ts';
import { type StorageLimits, storageLimits } from '../../limits.ts';
import type { ReplicaId, Storage } from '../../storage.ts';
import { type DiskFiles, nodeDiskFiles, systemCode } from './disk-files.ts';
import { DiskStorage, type Holding } from './disk-storage.ts';
import { DiskLayout, isReplicaId, isShard } from './layout.ts';
import { decodeManifest } from './manifest.ts';

/** How to open a store on a local disk. */
export interface OpenDiskStorageOptions {
  readonly name: string;
  /** The folder that holds it; made if absent. One process at a time. */
  readonly path: string;
  /** Bound of all replicas together. */
  readonly capacityBytes: number;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: StorageLimits;
  readonly files?: DiskFiles;
}

const markerText = '{"format":"mdm-disk-store","version":1}\n';

/**
 * Open a disk store: finds its replicas and removes what a crash left half-written.
 * @throws STORAGE_OPEN_FAILED, STORAGE_FORMAT_NEWER
 */
export async function openDiskStorage(options: OpenDiskStorageOptions): Promise<Storage> {
  const { clock = systemClock, limits = storageLimits, files = nodeDiskFiles } = options;
  const layout = new DiskLayout(resolve(options.path));
  const ledger = new Ledger(options.capacityBytes);
  const holdings = new Map<ReplicaId, Holding>();
  const scan = { files, layout, holdings, limits, log: options.log ?? silentLog };
  try {
    await claim(files, layout);
    await scanStore(scan);
  } catch (error) {
    if (storageErrors.has(error)) throw error;
    throw storageErrors.create('STORAGE_OPEN_FAILED', { cause: error });
  }
  for (const { size } of holdings.values()) ledger.found(size);
  return new DiskStorage({ name: options.name, files, layout, ledger, limits, clock, holdings });
}

/** Mark a new store; refuse a folder that is something else. */
async function claim(files: DiskFiles, layout: DiskLayout): Promise<void> {
  await files.makeFolder(layout.root);
  const names = await files.list(layout.root);
  if (names.length > 0 && names.includes('store.json')) {
    const text = Buffer.from(await files.read(layout.marker)).toString('utf8');
    if (text === markerText) return;
    if (/"format":"mdm-disk-store"/.test(text)) throw storageErrors.create('STORAGE_FORMAT_NEWER');
  }
  // An empty marker is that of a store whose making was interrupted.
  if (names.some((name) => name !== 'store.json'))
    throw storageErrors.create('STORAGE_OPEN_FAILED', { message: 'the folder is not a store' });
  await files.remove(layout.marker);
  const marker = await files.create(layout.marker);
  await marker.write(utf8(markerText), 0);
  await marker.sync();
  await marker.close();
  await files.syncFolder(layout.root);
  await files.syncFolder(resolve(layout.root, '..'));
}

interface Scan {
  readonly files: DiskFiles;
  readonly layout: DiskLayout;
  readonly holdings: Map<ReplicaId, Holding>;
  readonly limits: StorageLimits;
  readonly log: Log;
}

async function scanStore(scan: Scan): Promise<void> {
  const { files, layout, limits } = scan;
  for (const outer of (await files.list(layout.root)).filter(isShard)) {
    for (const inner of (await files.list(join(layout.root, outer))).filter(isShard)) {
      const names = await files.list(join(layout.root, outer, inner));
      const ids = names.filter(isReplicaId).filter((id) => id.startsWith(outer + inner));
      for (let start = 0; start < ids.length; start += limits.scanConcurrency)
        await Promise.all(
          ids.slice(start, start + limits.scanConcurrency).map((id) => scanReplica(scan, id)),
        );
    }
  }
}

async function scanReplica(scan: Scan, id: ReplicaId): Promise<void> {
  const { files, layout, holdings, log } = scan;
  try {
    const manifest = decodeManifest(await files.read(layout.manifest(id)));
    if (manifest.id !== id) throw storageErrors.create('STORAGE_DAMAGED');
    holdings.set(id, { size: manifest.size, chunkBytes: manifest.chunkBytes });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      await files.remove(layout.folder(id));
      log.info('storage.leftover-removed', { replica: id });
      return;
    }
    // Not a crash's doing: left in place for the operator, and never served.
    log.error('storage.replica-damaged', { replica: id, code: codeOf(error) });
  }
}
