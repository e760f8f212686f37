import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readDeidentified, readSealed } from '../../src/flow/index.ts';
import { sealed } from '../../src/flow/mint/sealed.ts';
import type { Sealer } from '../../src/seal/index.ts';
import type { Storage } from '../../src/storage/index.ts';

/** What production writes, unsealed: for a comparison with programs that write plain files. */
export function plainSealer(): Sealer {
  return {
    stream: ({ output }) => {
      let plaintextSize = 0;
      const digest = new Uint8Array(32);
      return {
        header: sealed(new Uint8Array(0)),
        async write(box) {
          const plain = readDeidentified(box);
          plaintextSize += plain.length;
          await output(sealed(plain));
        },
        end: async () => ({
          plaintextSize,
          segmentCount: 1,
          plaintextSha256: digest,
          sealedSha256: digest,
          segmentDigests: digest,
          segmentRoot: digest,
          headerDigest: digest,
          sealedSize: plaintextSize,
        }),
        abort: async () => undefined,
      };
    },
    close: async () => undefined,
  };
}

/** Plain files in a folder, by the name of the replica. */
export function plainFiles(folder: string): Pick<Storage, 'name' | 'create'> {
  return {
    name: 'plain',
    async create(id) {
      const path = join(folder, id);
      const file = await open(path, 'w');
      let size = 0;
      let isOpen = true;
      return {
        id,
        async write(bytes) {
          const plain = readSealed(bytes);
          await file.write(plain);
          size += plain.length;
        },
        async commit() {
          isOpen = false;
          await file.close();
          return { size };
        },
        async abort() {
          if (!isOpen) return;
          await file.close();
          await unlink(path);
        },
      };
    },
  };
}
