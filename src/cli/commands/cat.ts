import type { PlainRange } from '../../client/open/plain-range.ts';
import { readRange } from '../../client/open/read-range.ts';
import { anotherFile } from '../another-file.ts';
import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';

/** `mdm cat`: plaintext, or a part of it, to standard output; each byte only after it was verified. */
export async function cat(
  connection: Connection,
  output: Output,
  options: { readonly path: string; readonly range: PlainRange; readonly signal: AbortSignal },
): Promise<void> {
  const { path, signal } = options;
  const { bytes, proofs } = await readRange(connection, {
    ...options,
    onWait: (seconds) =>
      output.note(`${path} is being fetched from its archive; asking again in ${seconds} s`),
  });
  if (proofs.recollection === 'another') output.note(anotherFile(path));
  for await (const chunk of bytes) await write(chunk, signal);
}

/** The bytes' memory is used again after this. A reader that went away ends it. */
function write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    process.stdout.write(bytes, (error) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}
