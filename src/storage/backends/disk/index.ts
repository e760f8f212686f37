/** Replicas on a local disk. */
export { type OpenDiskStorageOptions, openDiskStorage } from './open-disk-storage.ts';
