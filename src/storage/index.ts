/** The replica store: the interface its back ends implement, and their failures. */
export { type StorageErrorCode, storageErrors } from './errors.ts';
export { type StorageLimits, storageLimits } from './limits.ts';
export type {
  ByteRange,
  ReplicaId,
  ReplicaState,
  ReplicaWriter,
  Reservation,
  Storage,
} from './storage.ts';
