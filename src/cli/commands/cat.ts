import { clientErrors } from '../../client/errors.ts';
import { patiently } from '../../client/open/patience.ts';
import type { Connection } from '../connection.ts';

/** `mdm cat`: plaintext of an open collection to standard output, as it comes. */
export async function cat(
  connection: Connection,
  options: { readonly path: string; readonly signal: AbortSignal },
): Promise<void> {
  if (options.path.endsWith('.c4gh')) {
    throw clientErrors.create('CLIENT_ARGUMENT', {
      message: 'a sealed file is verified before it is shown: use `mdm get`',
    });
  }
  const { clock, api } = connection;
  const { signal } = options;
  const response = await patiently(() => api.read(options.path, { offset: 0, signal }), {
    clock,
    signal,
  });
  for await (const bytes of response.body) await write(bytes, signal);
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
