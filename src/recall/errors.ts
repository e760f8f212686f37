import { defineErrors } from '../lib/errors/error-table.ts';

/**
 * The closed set of failures of a recall. `recall` translates what happened below it once; doors
 * map these and no others.
 */
export const recallErrors = defineErrors('recall', {
  RECALL_IN_PROGRESS: {
    disposition: 'transient',
    meaning: 'The file is being fetched from its archive; it was not ready within the wait limit.',
    user: 'Ask again after the time named; the recall goes on.',
    operator: 'Look at `mdm status` if it takes long.',
  },
  RECALL_DEFERRED: {
    disposition: 'transient',
    meaning: 'Recalls from this archive are paused or outside their window.',
    user: 'Ask again after the time named.',
    operator: 'Look at the guard of the PACS.',
  },
  RECALL_PACS_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'The archive that holds the file cannot be reached, or refuses us.',
    user: 'Try later; if it stays, tell the site operator.',
    operator: 'Check address, AE titles and whether the PACS knows our AE title.',
  },
  RECALL_NO_ARCHIVE: {
    disposition: 'transient',
    meaning: 'No configured archive holds the file, and no replica of it is staged.',
    user: 'Ask the site operator whether its archive comes back; nothing was deleted.',
    operator: 'Configure the PACS that held it again (`pacs`); its entries are kept.',
  },
  RECALL_PACS_FAILED: {
    disposition: 'transient',
    meaning: 'The archive answered, but the retrieve failed.',
    user: 'Try later; if it stays, tell the site operator.',
    operator: 'See the log of the recall for the DIMSE status.',
  },
  RECALL_PACS_REFUSED: {
    disposition: 'permanent',
    meaning: 'The archive does not give the file: another try changes nothing until somebody does.',
    user: 'Tell the site operator the code and the reason; do not try again before.',
    operator:
      'The reason says what is to be changed at the archive or in our configuration; `recall.failed` in the log names the DIMSE status.',
  },
  RECALL_TRANSFER_SYNTAX: {
    disposition: 'permanent',
    meaning:
      'The archive holds the file in a transfer syntax that is not taken here and sends it in no other.',
    user: 'Another try changes nothing. Ask the site operator to have the archive convert it.',
    operator:
      '`recall.failed` in the log names the transfer syntax. Have the archive convert what it sends to our AE title, for example to Explicit VR Little Endian.',
  },
  RECALL_INCOMPLETE: {
    disposition: 'transient',
    meaning:
      'The archive sent fewer instances than it lists, counts more than it lists, or lists others than are announced; nothing was published.',
    user: 'Try later; tell the site operator the numbers if it stays.',
    operator:
      'Compare the series at the PACS with its database. A bound on the answers of a query cuts lists short: have it raised for our AE title.',
  },
  RECALL_WITHHELD: {
    disposition: 'permanent',
    meaning: 'De-identification withholds this file, or an image that it would be made of.',
    user: 'The reason is in docs/errors.md; instances that are not withheld themselves can be read.',
    operator: 'docs/errors.md says whether the archive can put it right.',
  },
  RECALL_GEOMETRY_REFUSED: {
    disposition: 'permanent',
    meaning: 'The series cannot be expressed truthfully as a volume.',
    user: 'Read the instances instead, where the collection lists them.',
    operator: 'Nothing to do: docs/errors.md has the reason.',
  },
  RECALL_QUARANTINED: {
    disposition: 'permanent',
    meaning: 'The file is in conflict and held back until somebody has looked at it.',
    user: 'Ask the site operator.',
    operator:
      'Archives disagree about whose it is: correct the Patient ID, or its issuer, at the one that is wrong. The next walk serves it again.',
  },
  RECALL_WITHDRAWN: {
    disposition: 'permanent',
    meaning: 'The file is not offered any more: it was withdrawn, or hidden.',
    user: 'Ask the collection owner, if it should be there.',
    operator: 'Look at the filter of the collection; the log names what was withdrawn or hidden.',
  },
  RECALL_LOST: {
    disposition: 'permanent',
    meaning: 'No archive holds the file any more and no replica is left.',
    user: 'Use another version or ask the site operator.',
    operator: 'Find out whether the PACS deleted it on purpose.',
  },
  RECALL_STORAGE_FULL: {
    disposition: 'transient',
    meaning:
      'The gateway has no room for the file, even after evicting what could be: its disk or the limit of its store is full. Files that are staged can still be read.',
    user: 'Tell the site operator, who can make room. Releasing files that you had pinned may help; trying again alone does not.',
    operator:
      '`mdm status` shows which is full. Free space on the disk of the replicas, raise storage.limit, or wait until pins end; it is noticed without a restart.',
  },
  RECALL_KEYS_UNAVAILABLE: {
    disposition: 'transient',
    meaning: 'Too few key servers answered to store or to fetch the key of the file.',
    user: 'Try later.',
    operator: 'Start the key servers; at least k of n are needed.',
  },
  RECALL_LIMIT_EXCEEDED: {
    disposition: 'permanent',
    meaning: 'The series exceeds a bound of this installation.',
    user: 'Ask the site operator.',
    operator: 'See docs/limits.md; the context names the bound.',
  },
  RECALL_ABORTED: {
    disposition: 'transient',
    meaning: 'The recall was cancelled or the service stopped while it ran.',
    user: 'Ask again.',
    operator: 'Nothing to do.',
  },
  RECALL_FAILED: {
    disposition: 'transient',
    meaning: 'The recall failed for a reason of our own.',
    user: 'Try later; tell the site operator the request id.',
    operator: 'See the log of the recall; this is worth a bug report.',
  },
});

/** Codes a recall can fail with. */
export type RecallFailure = keyof typeof recallErrors.rows;
