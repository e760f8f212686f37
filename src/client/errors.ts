import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the `mdm` client. What the server says keeps the server's code. */
export const clientErrors = defineErrors('client', {
  CLIENT_UNREACHABLE: {
    disposition: 'transient',
    meaning: 'The gateway or a key server could not be reached.',
    user: 'Check the address in your settings and your network. Of a certificate (CERT, ISSUER, ALTNAME): name the authority of the server under `ca`, or the host as its certificate has it.',
    operator:
      'Check that the service runs, and that its certificate names the host that clients use.',
  },
  CLIENT_INTERRUPTED: {
    disposition: 'transient',
    meaning: 'The transfer ended before the file did; what came is kept.',
    user: 'Run the same command again: it continues. If it ends again, tell the site operator the path and the time.',
    operator: '`recall.failed` and `listener.failed` in the log of that time say why.',
  },
  CLIENT_REFUSED: {
    disposition: 'permanent',
    meaning: 'The server refused without a code of its own.',
    user: 'The message names the HTTP status. A proxy between may have answered; ask who runs the gateway.',
    operator: 'Look at what stands before the gateway; it gives every refusal a code.',
  },
  CLIENT_PROTOCOL: {
    disposition: 'permanent',
    meaning: 'The server answered something this client does not understand.',
    user: 'Check that `gateway` is the address of an MDM gateway, and that `mdm --version` is the release of the site.',
    operator: 'Compare the releases of gateway and client.',
  },
  CLIENT_UNVERIFIED: {
    disposition: 'permanent',
    meaning: 'The file is not what its receipt says; it was not kept under its name.',
    user: 'Do not use the data. Tell the site operator the path and the time.',
    operator:
      'Compare the replica with its receipt: the store, or what stands before the gateway, altered bytes. The disk may be failing.',
  },
  CLIENT_VERSION_OLDER: {
    disposition: 'permanent',
    meaning:
      'The gateway shows a version that is older than one that this client saw: genuine, and not the newest. It was not kept under its name.',
    user: 'Tell the site operator the path and both versions. `--no-memory` fetches it all the same.',
    operator:
      'After a restore of the catalog this is so until the file is made anew (docs/operating/backup.md). Without one, somebody shows your users old data.',
  },
  CLIENT_VERSION_TWICE: {
    disposition: 'permanent',
    meaning:
      'The producer signed two contents under one version number; this client saw the other one before.',
    user: 'Do not use the data. Tell the site operator the path, the version and the time.',
    operator:
      'A number is taken before it is signed, so this does not happen by itself: an older clinical index was put in place without its restore being said, or somebody else signs with the producer key.',
  },
  CLIENT_IDENTITY_OLDER: {
    disposition: 'permanent',
    meaning:
      'The gateway shows the file that had this name before the one that this client saw there last. It was not kept under its name.',
    user: 'Tell the site operator the path and both times. `--no-memory` fetches it all the same.',
    operator:
      'As for CLIENT_VERSION_OLDER; files get another identity when the clinical index is restored, or patients are merged.',
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
    user: 'The message names the setting; docs/client.md lists all.',
    operator: 'Nothing to do.',
  },
  CLIENT_PRODUCER_KEYS_MISSING: {
    disposition: 'permanent',
    meaning: 'No producer key is set, so no receipt could be verified: nothing was fetched.',
    user: 'Name the public key of the producer under `producerKeys` in your settings; get it from the hospital, not from the gateway (docs/client.md).',
    operator: 'Give it to the users: `mdm init` names the file (docs/operating/key-custody.md).',
  },
  CLIENT_ARGUMENT: {
    disposition: 'permanent',
    meaning: 'The command cannot be carried out as it was given.',
    user: 'The message says what is wrong; `mdm help` with the name of the command shows what it takes.',
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
  CLIENT_STATE: {
    disposition: 'permanent',
    meaning: 'What the client keeps between commands cannot be written or read.',
    user: 'The message names the file: free its folder, or name another one with MDM_STATE.',
    operator: 'Nothing to do.',
  },
  CLIENT_TARGET: {
    disposition: 'permanent',
    meaning: 'The local file cannot be written.',
    user: 'The message says why. Name another target, or -f to replace what is there.',
    operator: 'Nothing to do.',
  },
});
