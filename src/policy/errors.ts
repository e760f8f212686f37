import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of changing who may do what. */
export const policyErrors = defineErrors('policy', {
  POLICY_NOT_FOUND: {
    disposition: 'permanent',
    meaning: 'No access control list applies at that path, or the caller may not know of it.',
    user: 'Name a collection or something in it, as `mdm ls` shows it. If it is shown and has no list, ask its operator.',
    operator: 'Nothing to do.',
  },
  POLICY_FORBIDDEN: {
    disposition: 'permanent',
    meaning: 'The caller may not see or change the permissions here.',
    user: 'Ask somebody who holds the right `change-permissions` there: who made the collection, or its owner.',
    operator:
      '`collections[].policy` says who held it at the start; they grant it with `mdm grant --rights change-permissions`, if it is due.',
  },
  POLICY_INVALID: {
    disposition: 'permanent',
    meaning: 'A list cannot say that: the message names what is wrong.',
    user: 'Correct what the message names; `mdm acl` shows how entries are written.',
    operator: 'Nothing to do.',
  },
  POLICY_INHERITED: {
    disposition: 'permanent',
    meaning: 'The list that applies at that path is set further up, for all that is below it.',
    user: 'Change it at the path that `mdm acl` names, if all of that is meant.',
    operator: 'Nothing to do.',
  },
  POLICY_NO_HOLDER: {
    disposition: 'permanent',
    meaning: 'The change would leave nobody who may change the list again.',
    user: 'Grant `change-permissions` to somebody else first.',
    operator: 'Nothing to do.',
  },
  POLICY_OPERATORS_ONLY: {
    disposition: 'permanent',
    meaning: 'Only an operator of the installation may do that.',
    user: 'Ask an operator of the site.',
    operator:
      'Name the caller under `operators` in the configuration of the gateway and start it again, if it is due.',
  },
  POLICY_COLLECTION_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The configuration has no collection of that name.',
    user: 'Use a name as the configuration has it, without site and slashes.',
    operator: 'Look at `collections[].name` in the configuration.',
  },
  POLICY_PATH_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'There is nothing at the path that was to be locked.',
    user: 'Use a path as a listing shows it: a site, a collection, or something in it.',
    operator: 'Nothing to do.',
  },
  POLICY_NOT_LOCKED: {
    disposition: 'permanent',
    meaning: 'No lock is set at exactly that path.',
    user: '`mdm lock --list` shows the paths that are locked; what lies below each is locked with it.',
    operator: 'Nothing to do.',
  },
  POLICY_KEY_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'The caller has no key of his own that is called so.',
    user: 'Name the public key file that `mdm key register` made. A key that was unregistered is gone.',
    operator: 'Nothing to do.',
  },
  POLICY_KEYS_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'The caller has as many keys of his own as one owner may.',
    user: 'Destroy keys that nothing is sealed for any more (`mdm key unregister`), or seal several files for one key.',
    operator: 'See docs/limits.md.',
  },
  POLICY_LOCKS_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'As many locks are set as may be.',
    user: 'Lock something further up instead, and unlock what lies in it.',
    operator: 'See docs/limits.md.',
  },
  POLICY_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'The list has as many entries as one list may have.',
    user: 'Grant to a group instead of to each of its members, or revoke entries that are over.',
    operator: 'See docs/limits.md.',
  },
});
