import { basename } from 'node:path';
import { clientErrors } from '../../client/errors.ts';
import { readLocal, readPublicKey } from '../../client/own/read-local.ts';
import { writeLocal } from '../../client/own/write-local.ts';
import { systemClock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { systemRandom } from '../../lib/random.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { sealOwn } from '../../seal/index.ts';
import type { Output } from '../output.ts';
import { createProgressBar, silentBar } from '../progress-bar.ts';

/** A local file to make another of. */
export interface FileOptions {
  readonly source: string;
  /** Default: beside the names of the folder, after the source's. */
  readonly target: string | undefined;
  /** Public key file of the key. */
  readonly key: string;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** `mdm encrypt`: a file of one's own, sealed for a public key. Asks nobody. */
export async function encrypt(output: Output, options: FileOptions): Promise<void> {
  const { source, key, force } = options;
  const recipientPublicKey = await readPublicKey(key);
  const target = options.target ?? `${basename(source)}.c4gh`;
  const written = await withBar(output, options, (onProgress) => {
    const plain = readLocal(source, { signal: options.signal, onProgress });
    return writeLocal(target, sealFor(plain, recipientPublicKey), { replace: force });
  });
  output.result({ source, ...written, key }, `${written.target}  sealed for ${key}`);
}

/** Sealed for a public key of somebody's choice. @throws CLIENT_ARGUMENT when that is a weak one */
export async function* sealFor(
  plain: ByteStream | Iterable<Uint8Array>,
  recipientPublicKey: Uint8Array,
): AsyncGenerator<Uint8Array> {
  try {
    yield* sealOwn(plain, { recipientPublicKey, random: systemRandom });
  } catch (cause) {
    if (codeOf(cause) !== 'SEAL_KEY_INVALID') throw cause;
    const message = 'the public key is a weak one: nothing may be sealed for it';
    throw clientErrors.create('CLIENT_ARGUMENT', { message, cause });
  }
}

type OnProgress = NonNullable<Parameters<typeof readLocal>[1]['onProgress']>;

/** Do something with a file and show how far it is. */
export async function withBar<T>(
  output: Output,
  { source, quiet }: Pick<FileOptions, 'source' | 'quiet'>,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const nowMs = (): number => systemClock.monotonicMs();
  const isSilent = quiet || output.json;
  const bar = isSilent ? silentBar : createProgressBar({ stream: process.stderr, nowMs });
  try {
    return await work(({ receivedBytes, totalBytes }) =>
      bar.update(basename(source), {
        bytes: receivedBytes,
        done: receivedBytes,
        total: totalBytes,
      }),
    );
  } finally {
    bar.end();
  }
}
