import { hash } from 'node:crypto';
import { utf8 } from '../../../lib/bytes/bytes.ts';
import { storageErrors } from '../../errors.ts';
import type { ReplicaId } from '../../storage.ts';
import { isReplicaId } from './layout.ts';

/** What a replica is, kept beside its chunks. */
export interface Manifest {
  readonly id: ReplicaId;
  readonly size: number;
  readonly chunkBytes: number;
  readonly createdMs: number;
}

const version = 1;

/** Text of a manifest: JSON with a digest over itself, so that damage is seen. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const { id, size, chunkBytes, createdMs } = manifest;
  const body = JSON.stringify({ format: 'mdm-replica', version, id, size, chunkBytes, createdMs });
  return utf8(`${JSON.stringify({ body, sha256: hash('sha256', body) })}\n`);
}

/** @throws STORAGE_DAMAGED, STORAGE_FORMAT_NEWER */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const outer = parseObject(Buffer.from(bytes).toString('utf8'));
  const { body, sha256 } = outer;
  if (typeof body !== 'string' || sha256 !== hash('sha256', body)) throw damaged();
  const inner = parseObject(body);
  if (inner['format'] !== 'mdm-replica') throw damaged();
  if (inner['version'] !== version)
    throw storageErrors.create('STORAGE_FORMAT_NEWER', { context: { known: version } });
  const { id, size, chunkBytes, createdMs } = inner;
  if (typeof id !== 'string' || !isReplicaId(id) || !isCount(size)) throw damaged();
  if (!isCount(chunkBytes) || chunkBytes === 0 || !isCount(createdMs)) throw damaged();
  return { id, size, chunkBytes, createdMs };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: not JSON is damage like any other.
  }
  throw damaged();
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function damaged(): Error {
  return storageErrors.create('STORAGE_DAMAGED', { message: 'a manifest is not readable' });
}
