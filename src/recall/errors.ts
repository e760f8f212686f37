import { defineErrors } from '../lib/errors/error-table.ts';

/**
 * The closed set of failures of a recall. `recall` translates what happened below it once; doors
 * map these and no others.
 */
export const recallErrors = defineErrors('recall', {
  RECALL_IN_PROGRESS: {
    disposition: 'transient',
    meaning: 'The file is being fetched from its archive; it was not ready within the wait limit.',
    user: 'Ask again after the time named; `mdm get` does so by itself. The recall goes on.',
    operator:
      '`mdm status` shows whether the PACS is busy or left alone; `recall.started` in the log says since when.',
  },
  RECALL_PACS_UNAVAILABLE: {
    disposition: 'transient',
    meaning:
      'The archive that holds the file cannot be reached, takes no association, or is left alone after failures.',
    user: 'Try again in some minutes; if it stays, tell the site operator the reason. Files that are staged can still be read.',
    operator:
      'The reason says what failed: `mdm status` shows the PACS. Check that it runs, `pacs[].host`, `pacs[].port` and `pacs[].aeTitle`, and that it knows our AE title.',
  },
  RECALL_NO_ARCHIVE: {
    disposition: 'permanent',
    meaning: 'No configured archive holds the file, and no replica of it is staged.',
    user: 'Ask the site operator whether its archive comes back; nothing was deleted.',
    operator:
      'Configure the PACS that held it again (`pacs[]`) and start the gateway again; its entries are kept.',
  },
  RECALL_PACS_FAILED: {
    disposition: 'transient',
    meaning: 'The archive answered, but the retrieve failed.',
    user: 'Try again once; if it fails again, tell the site operator the reason, and the request id where one is shown.',
    operator:
      '`recall.failed` in the log has the reason and the DIMSE status; look at that time in the log of the PACS.',
  },
  RECALL_PACS_REFUSED: {
    disposition: 'permanent',
    meaning: 'The archive does not give the file: another try changes nothing until somebody does.',
    user: 'Tell the site operator the code and the reason; do not try again before.',
    operator:
      'The reason says what is to be changed at the archive or in our configuration; `recall.failed` in the log names the DIMSE status.',
  },
  RECALL_OBJECT_DAMAGED: {
    disposition: 'permanent',
    meaning:
      'What the archive sent cannot be read, or is not what it says it is; nothing was published.',
    user: 'Tell the site operator the reason: another try gives the same until it is repaired at the archive. Other files of the series may be whole.',
    operator:
      'Look the reason up in docs/errors.md, and at the object with dcmdump at the archive. Once it is repaired there, the next read gets it.',
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
    user: 'Try again once; if it stays, tell the site operator the numbers: the archive, not you, has to be corrected.',
    operator:
      'Compare the series at the PACS with its database. A bound on the answers of a query cuts lists short: have it raised for our AE title.',
  },
  RECALL_WITHHELD: {
    disposition: 'permanent',
    meaning: 'De-identification withholds this file, or an image that it would be made of.',
    user: 'The reason is in docs/errors.md; instances that are not withheld themselves can be read.',
    operator: 'Look the reason up in docs/errors.md: it says whether the archive can put it right.',
  },
  RECALL_GEOMETRY_REFUSED: {
    disposition: 'permanent',
    meaning: 'The series cannot be expressed truthfully as a volume.',
    user: 'Read the instances instead, where the collection lists them.',
    operator: 'Nothing to do: docs/errors.md says what the reason means.',
  },
  RECALL_QUARANTINED: {
    disposition: 'permanent',
    meaning: 'The file is in conflict and held back until somebody has looked at it.',
    user: 'Ask the site operator: archives disagree about whose the image is.',
    operator:
      'Archives disagree about whose it is: correct the Patient ID, or its issuer, at the one that is wrong. The next walk serves it again.',
  },
  RECALL_LOCKED: {
    disposition: 'permanent',
    meaning: 'An operator of the site locked the file while it was fetched; nothing was deleted.',
    user: 'Ask an operator of the site why and for how long; another try changes nothing before.',
    operator: '`mdm lock --list` says who locked it and why; `mdm unlock` ends it.',
  },
  RECALL_WITHDRAWN: {
    disposition: 'permanent',
    meaning: 'The file is not offered any more: it was withdrawn, or hidden.',
    user: 'Ask the collection owner, if it should be there. Listing the patient again may show it under another path.',
    operator:
      'Compare `collections[].filter` with the archive; `registration.` events in the log tell what was withdrawn or hidden.',
  },
  RECALL_LOST: {
    disposition: 'permanent',
    meaning: 'The archive does not list the file any more, and no replica is left.',
    user: 'Nothing to do here; ask the site operator whether the archive deleted it on purpose.',
    operator:
      'Find out whether the PACS deleted it on purpose. If it is still there, the next walk finds it again.',
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
    user: 'Try again in some minutes; if it stays, tell the site operator the reason.',
    operator:
      '`mdm status` shows which key servers answer, their clock and lease: at least k of n must. Start them, mend the network, or set the clocks (NTP).',
  },
  RECALL_KEYS_REFUSED: {
    disposition: 'permanent',
    meaning:
      'Key servers answered, and refused to store or to give the key of the file, or their shares do not agree.',
    user: 'Tell the site operator the reason: another try changes nothing before it is mended.',
    operator:
      'Look the reason up in docs/errors.md: it says what to do; `keys.deposit_missing` in the log names each server.',
  },
  RECALL_LIMIT_EXCEEDED: {
    disposition: 'permanent',
    meaning: 'The series exceeds a bound of this installation.',
    user: 'Nothing to do with this file as it is; ask the site operator, or read single instances where the collection lists them.',
    operator:
      'Look the reason up in docs/errors.md. The bounds are in docs/limits.md; they are not settings.',
  },
  RECALL_ABORTED: {
    disposition: 'transient',
    meaning: 'The recall was cancelled or the service stopped while it ran.',
    user: 'Run the same command again: the recall starts anew, or goes on where the service starts again.',
    operator: 'Nothing to do.',
  },
  RECALL_FAILED: {
    disposition: 'transient',
    meaning: 'The recall failed for a reason of our own.',
    user: 'Try again once; if it fails again, tell the site operator the time, and the request id where one is shown.',
    operator: '`recall.failed` in the log has the reason; this is worth a bug report.',
  },
});

/** Codes a recall can fail with. */
export type RecallFailure = keyof typeof recallErrors.rows;
