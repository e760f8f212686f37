import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFileHeader } from '../../src/dicom/index.ts';
import { dimseStatus, StoreFailure, type StoreRequest } from '../../src/dimse/index.ts';
import type { ByteSink } from '../../src/lib/streams/byte-stream.ts';
import type { HeaderIndex } from './header-index.ts';

/** Write an instance that is being stored to a file of its own, then list it. */
export function storeTo(folder: string, index: HeaderIndex, request: StoreRequest): ByteSink {
  // A random name: nothing from the wire ever becomes part of a path.
  const path = join(folder, `${randomUUID()}.dcm`);
  const file = openSync(path, 'wx');
  const write = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  write(encodeFileHeader(request));
  return {
    write,
    async end() {
      fsyncSync(file);
      closeSync(file);
      if (await index.add(path)) return;
      rmSync(path);
      throw new StoreFailure(dimseStatus.unableToProcess);
    },
    abort() {
      closeSync(file);
      rmSync(path);
    },
  };
}
