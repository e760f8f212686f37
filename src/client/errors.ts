import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the `mdm` client. What the server says keeps the server's code. */
export const clientErrors = defineErrors('client', {
  CLIENT_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'The gateway or a key server could not be reached.',
    user: 'Check the address in your settings and your network; try again.',
    operator: 'Check that the service runs.',
  },
  CLIENT_INTERRUPTED: {
    disposition: 'transient',
    meaning: 'The transfer ended before the file did; what came is kept.',
    user: 'Run the same command again: it continues.',
    operator: 'Look at the recall of the file if it happens again.',
  },
  CLIENT_REFUSED: {
    disposition: 'permanent',
    meaning: 'The server refused without a code of its own.',
    user: 'The message names the HTTP status; ask the site operator.',
    operator: 'Look at the request in the log.',
  },
  CLIENT_PROTOCOL: {
    disposition: 'permanent',
    meaning: 'The server answered something this client does not understand.',
    user: 'Check that the address is that of an MDM gateway, and the versions of both.',
    operator: 'Compare versions.',
  },
  CLIENT_UNVERIFIED: {
    disposition: 'permanent',
    meaning: 'The file is not what its receipt says; it was not kept under its name.',
    user: 'Do not use the data; tell the site operator.',
    operator: 'The replica or the way to the client altered bytes; compare with the store.',
  },
  CLIENT_CHANGED: {
    disposition: 'transient',
    meaning: 'The file changed at the server since the part that is kept was read.',
    user: 'Run the command again: it starts anew.',
    operator: 'Nothing to do.',
  },
  CLIENT_SETTINGS: {
    disposition: 'permanent',
    meaning: 'A setting is absent or cannot be used.',
    user: 'The message names the setting; see docs/client.md.',
    operator: 'Nothing to do.',
  },
  CLIENT_ARGUMENT: {
    disposition: 'permanent',
    meaning: 'The command cannot be carried out as it was given.',
    user: 'The message says what is wrong; see `mdm help get`.',
    operator: 'Nothing to do.',
  },
  CLIENT_NAME: {
    disposition: 'permanent',
    meaning: 'What is named is no name of the tree; nothing was written under it.',
    user: 'Give paths as `mdm ls` shows them. If the server listed it: update the client, or tell the site operator.',
    operator: 'Names come from the catalog only; compare the versions of client and gateway.',
  },
  CLIENT_IS_A_DIRECTORY: {
    disposition: 'permanent',
    meaning: 'The path is a directory.',
    user: 'Add -r to fetch all that is below it, or name a file in it.',
    operator: 'Nothing to do.',
  },
  CLIENT_DISK_FULL: {
    disposition: 'transient',
    meaning: 'The local disk, or your quota on it, is full; what came is kept.',
    user: 'Make room, or ask who runs this machine; then run the same command again: it continues.',
    operator: 'Nothing to do.',
  },
  CLIENT_TARGET: {
    disposition: 'permanent',
    meaning: 'The local file cannot be written.',
    user: 'The message says why. Choose another target, or --force to replace what is there.',
    operator: 'Nothing to do.',
  },
});
