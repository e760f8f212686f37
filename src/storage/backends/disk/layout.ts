import { join } from 'node:path';
import { assert } from '../../../lib/assert.ts';
import type { ReplicaId } from '../../storage.ts';

/**
 * Where things lie below the root of a disk store:
 *
 * ```
 * store.json                     what this folder is, with its format version
 * <aa>/<bb>/<id>/                one folder a replica; aa and bb are the first digits of the id
 * <aa>/<bb>/<id>/00000.chunk     sealed bytes, 16 MiB each but the last
 * <aa>/<bb>/<id>/manifest.json   written last: without it the folder is a leftover
 * ```
 */
export class DiskLayout {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get marker(): string {
    return join(this.root, 'store.json');
  }

  /** Folder of a replica. The id is random hex by contract; a path never comes from elsewhere. */
  folder(id: ReplicaId): string {
    assert(isReplicaId(id), 'a replica id is 32 lower-case hex digits');
    return join(this.root, id.slice(0, 2), id.slice(2, 4), id);
  }

  /** The replica's folder and those above it, down from the root. */
  folders(id: ReplicaId): readonly string[] {
    const folder = this.folder(id);
    return [this.root, join(folder, '..', '..'), join(folder, '..'), folder];
  }

  chunk(id: ReplicaId, index: number): string {
    return join(this.folder(id), `${String(index).padStart(5, '0')}.chunk`);
  }

  manifest(id: ReplicaId): string {
    return join(this.folder(id), 'manifest.json');
  }

  manifestDraft(id: ReplicaId): string {
    return join(this.folder(id), 'manifest.draft');
  }
}

/** Whether `name` can be the name of a replica's folder. */
export function isReplicaId(name: string): name is ReplicaId {
  return /^[0-9a-f]{32}$/.test(name);
}

/** Whether `name` can be one of the two levels above it. */
export function isShard(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
