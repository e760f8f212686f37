import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of starting a node. */
export const nodeErrors = defineErrors('node', {
  CONFIG_INVALID: {
    disposition: 'permanent',
    meaning: 'The configuration cannot be used; the message names path and line.',
    user: 'Correct the configuration.',
    operator: 'Correct the configuration; docs/operating/configuration.md lists all settings.',
  },
  CONFIG_UNREADABLE: {
    disposition: 'permanent',
    meaning: 'The configuration, or a file that it names, cannot be read.',
    user: 'Check the path.',
    operator: 'Check that the file is there and readable by the service.',
  },
  GATEWAY_BEHIND: {
    disposition: 'transient',
    meaning:
      'The gateway does not know yet what the key servers hold of its policy feed: it serves nobody, so that nothing revoked is served.',
    user: 'Try again in a minute; if it stays, tell the site operator the reason.',
    operator:
      'The reason names the key servers that are waited for: start them or mend the network. All must answer, or as many as give a key, for five seconds. With KEYS_FEED_FORKED: docs/operating/backup.md.',
  },
  CONFIG_SECRET_EXPOSED: {
    disposition: 'permanent',
    meaning:
      'A secret, or what says whom to trust, can be read or changed by others than the service.',
    user: 'Nothing to do.',
    operator:
      '`chmod 600` a key file, `chmod go-w` its folder and what is trusted, `chown` to the user of the service. If others could read a key, replace it.',
  },
  CONFIG_SECRET_LOST: {
    disposition: 'permanent',
    meaning: 'A key file is gone while data made under it are there.',
    user: 'Nothing to do.',
    operator: 'Restore the file from its backup; a new key would make the data unreadable.',
  },
});
