import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a replica store, the same for every back end. */
export const storageErrors = defineErrors('storage', {
  STORAGE_OPEN_FAILED: {
    disposition: 'permanent',
    meaning: 'The store cannot be opened: absent, not writable, or not a store.',
    user: 'Nothing to do.',
    operator: 'Check the configured place and its permissions.',
  },
  STORAGE_FORMAT_NEWER: {
    disposition: 'permanent',
    meaning: 'The store was written by a newer release than this one.',
    user: 'Nothing to do.',
    operator: 'Start the newer release.',
  },
  STORAGE_FULL: {
    disposition: 'transient',
    meaning:
      'There is no room: the store reached its bound, or its disk is full but for what databases and audit need.',
    user: 'Tell the site operator; releasing what you pinned may help.',
    operator: '`mdm status` shows which is full: raise storage.limit, or free space on the disk.',
  },
  STORAGE_NOT_FOUND: {
    disposition: 'permanent',
    meaning: 'The store holds no such replica: never written, evicted or aborted.',
    user: 'Read the file again; it is fetched again.',
    operator: 'Nothing to do.',
  },
  STORAGE_REPLICA_EXISTS: {
    disposition: 'permanent',
    meaning: 'A replica was to be created under an id that is taken.',
    user: 'Nothing to do.',
    operator: 'Report it: replica ids are random and used once.',
  },
  STORAGE_REPLICA_ABORTED: {
    disposition: 'transient',
    meaning: 'The production of the replica that was being followed failed.',
    user: 'Try again; the reason is with the recall.',
    operator: 'Look at the recall that produced it.',
  },
  STORAGE_RANGE_INVALID: {
    disposition: 'permanent',
    meaning: 'A range reaches beyond the end of the replica.',
    user: 'Ask for the size first (`mdm stat`).',
    operator: 'Nothing to do.',
  },
  STORAGE_DAMAGED: {
    disposition: 'permanent',
    meaning: 'A stored replica is shorter than it was, or its manifest is not readable.',
    user: 'Read the file again: it is fetched anew. Tell the site operator.',
    operator: 'Check the disk. The replica is dropped when it is read, and made anew.',
  },
  STORAGE_FAILED: {
    disposition: 'transient',
    meaning:
      'The disk failed while a replica was written or read; a replica being written is given up.',
    user: 'Try again once; if it fails again, tell the site operator.',
    operator: 'Check the disk of the replicas; the log of that time names the error.',
  },
});

export type StorageErrorCode = keyof typeof storageErrors.rows;
