import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the file port, the same for every door. */
export const filesErrors = defineErrors('files', {
  FILES_PATH_INVALID: {
    disposition: 'permanent',
    meaning:
      'Nothing can exist at that path: it begins with a slash, names are of `a-z`, `0-9` and `@._-`, begin with no dot or hyphen, and neither they nor the path may be too long or too deep.',
    user: 'Write it as `mdm ls` shows it, `/<site>/<collection>/...`: names have no upper-case letters and no spaces.',
    operator: 'Nothing to do.',
  },
  FILES_NOT_FOUND: {
    disposition: 'permanent',
    meaning: 'There is no such entry, or the caller may not know of it.',
    user: 'Compare with `mdm ls` of the folder above. A name may be misspelt, not be offered any more, or have another ending: files of sealed collections end in `.c4gh`, and formats differ by collection. If it should be there, ask the collection owner for access, naming the identity that you used: a token and a certificate are two.',
    operator:
      'Look at the policy of the collection with `mdm acl`, at `collections[].formats`, and at `mdm status`.',
  },
  FILES_FORBIDDEN: {
    disposition: 'permanent',
    meaning: 'The entry is visible to the caller, who has not the right that the operation needs.',
    user: 'Ask the collection owner for the right to read.',
    operator: 'Grant it with `mdm grant`, if it is due.',
  },
  FILES_LOCKED: {
    disposition: 'permanent',
    meaning:
      'An operator of the site has stopped all reading at that path or above it; nothing was deleted.',
    user: 'Ask an operator of the site why and for how long; another try changes nothing before.',
    operator: '`mdm lock --list` says who locked it and why; `mdm unlock` ends it.',
  },
  FILES_CREDENTIAL_ENDED: {
    disposition: 'permanent',
    meaning: 'A download was cut because the credential that it began with ended an hour before.',
    user: 'Renew the credential and run the same command again: it continues.',
    operator: 'Nothing to do.',
  },
  FILES_IS_A_DIRECTORY: {
    disposition: 'permanent',
    meaning: 'A directory was opened as a file.',
    user: 'List it, name a file in it, or fetch all below it with `mdm get -r`.',
    operator: 'Nothing to do.',
  },
  FILES_NOT_A_DIRECTORY: {
    disposition: 'permanent',
    meaning: 'A file was listed as a directory.',
    user: 'Read it, or list its parent.',
    operator: 'Nothing to do.',
  },
  FILES_RANGE_NOT_SATISFIABLE: {
    disposition: 'permanent',
    meaning: 'The range starts at or after the end of the file.',
    user: 'Ask for the size first (`mdm stat`).',
    operator: 'Nothing to do.',
  },
  FILES_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'The request names more files than one request may.',
    user: 'Split the request.',
    operator: 'See docs/limits.md.',
  },
  FILES_KEYWORD_INVALID: {
    disposition: 'permanent',
    meaning: 'No series can have an attribute of that name here, or such a value of it.',
    user: 'Use what the message says: a keyword that it lists, spelled so (keywords of PS3.6), or a number.',
    operator:
      'Nothing to do: walks ask archives for these, and de-identification leaves no others.',
  },
  FILES_STAGE_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'No stage request of this caller has that token.',
    user: 'Use the token that the stage request returned; it ends with its lifetime.',
    operator: 'Nothing to do.',
  },
  FILES_REPLICA_CORRUPT: {
    disposition: 'transient',
    meaning: 'The stored bytes are not those that were produced; the replica was dropped.',
    user: 'Try again: the file is fetched anew. Tell the site operator.',
    operator:
      'The store altered or lost a replica: check the disk. `files.replica_damaged` in the log names the replica.',
  },
  FILES_PROOF_INVALID: {
    disposition: 'permanent',
    meaning: 'What the catalog has for this path is not what the producer signed for it.',
    user: 'Tell the site operator the path: nothing of the file is served until it is looked into.',
    operator:
      '`files.proof_invalid` in the log has the reason. Somebody, or a restore, changed `catalog.db`: keep it as evidence. A new catalog is filled by the next walk (docs/operating/backup.md).',
  },
  FILES_NOT_PRODUCED: {
    disposition: 'transient',
    meaning: 'The file was never produced, so there is no receipt of it yet.',
    user: 'Read or stage the file first.',
    operator: 'Nothing to do.',
  },
  FILES_PIN_QUOTA: {
    disposition: 'transient',
    meaning: 'The caller holds as many pins as one caller may.',
    user: 'Release stage requests that are done (srmReleaseFiles), or wait until their pins end.',
    operator: 'See pinsPerCallerMax in docs/limits.md.',
  },
  FILES_READ_ONLY: {
    disposition: 'permanent',
    meaning: 'The tree is read-only: it shows what the archives hold.',
    user: 'Nothing to do here: write to another storage.',
    operator: 'Nothing to do.',
  },
});
