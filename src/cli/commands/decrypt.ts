import { basename } from 'node:path';
import { clientErrors } from '../../client/errors.ts';
import { decryptOwn } from '../../client/own/own-keys.ts';
import { readLocal, readPublicKey } from '../../client/own/read-local.ts';
import { writeLocal } from '../../client/own/write-local.ts';
import type { Wholeness } from '../../seal/index.ts';
import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';
import { type FileOptions, withBar } from './encrypt.ts';

const caution: Readonly<Record<Wholeness, string | undefined>> = {
  whole: undefined,
  'in-order':
    'It was sealed by a gateway: without its receipt nothing shows whether the end is missing.',
  unknown: 'Another tool sealed it: nothing shows whether parts of it are missing or moved.',
};

/** `mdm decrypt`: a file that is sealed for a key of one's own, or that one may have. */
export async function decrypt(
  connection: Connection,
  output: Output,
  options: FileOptions,
): Promise<void> {
  const { source, key, force, signal } = options;
  const publicKey = await readPublicKey(key);
  const target = options.target ?? openedName(source);
  let wholeness: Wholeness = 'unknown';
  const written = await withBar(output, options, (onProgress) => {
    const sealed = readLocal(source, { signal, onProgress });
    const plain = async function* (): AsyncGenerator<Uint8Array> {
      wholeness = yield* decryptOwn(connection, sealed, { publicKey, signal });
    };
    return writeLocal(target, plain(), { replace: force });
  });
  output.result({ source, ...written, key, wholeness }, `${written.target}  opened`);
  const told = caution[wholeness];
  if (told !== undefined) output.note(told);
}

/** @throws CLIENT_ARGUMENT */
function openedName(source: string): string {
  const name = basename(source);
  if (name.endsWith('.c4gh') && name !== '.c4gh') return name.slice(0, -'.c4gh'.length);
  throw clientErrors.create('CLIENT_ARGUMENT', { message: `${source}: name a target` });
}
