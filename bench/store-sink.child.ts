import { closeSync, openSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFileHeader } from '../src/dicom/index.ts';
import { listenForAssociations, type OnStore, provideServices } from '../src/dimse/index.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';

// A C-STORE SCP that writes what it receives to files, bytes preserved, as `storescp +B` does. For
// the bench only: the gateway itself never leaves identified bytes on a disk.
// usage: store-sink.child.ts <folder>; prints its port

const folder = process.argv[2] ?? '.';

/** Writes go straight to the page cache: with the sender on the same cores a pool only adds hops. */
const storeToFile: OnStore = ({ sopClassUid, sopInstanceUid, transferSyntaxUid }) => {
  const file = openSync(join(folder, sopInstanceUid), 'w');
  let header: Uint8Array | undefined = encodeFileHeader({
    sopClassUid,
    sopInstanceUid,
    transferSyntaxUid,
  });
  return {
    write(chunk) {
      if (header === undefined) writeSync(file, chunk);
      else writevSync(file, [header, chunk]);
      header = undefined;
    },
    end: () => {
      closeSync(file);
      return Promise.resolve();
    },
    abort: () => closeSync(file),
  };
};

const acceptor = await listenForAssociations({
  host: '127.0.0.1',
  port: 0,
  refuse: () => undefined,
  chooseTransferSyntax: (_abstractSyntax, [transferSyntax = '']) => ({
    kind: 'accepted',
    transferSyntax,
  }),
  onAssociation: (association) => provideServices(association, { store: storeToFile }, silentLog),
  clock: systemClock,
  log: silentLog,
});
process.stdout.write(`port ${acceptor.port}\n`);
process.once('SIGTERM', () => void acceptor.close());
