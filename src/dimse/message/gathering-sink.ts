import { ByteGatherer } from '../../lib/bytes/byte-gatherer.ts';
import type { ByteSink } from '../../lib/streams/byte-stream.ts';
import { dimseErrors } from '../errors.ts';

/**
 * A sink that holds a small data set and hands it on whole.
 *
 * @throws from `write`: MdmError `DIMSE_IDENTIFIER_TOO_LONG`
 */
export function gatheringSink(
  lengthMax: number,
  done: (bytes: Uint8Array) => void | Promise<void>,
): ByteSink {
  const gatherer = new ByteGatherer();
  return {
    write(chunk) {
      if (gatherer.length + chunk.length > lengthMax) {
        throw dimseErrors.create('DIMSE_IDENTIFIER_TOO_LONG', { context: { lengthMax } });
      }
      gatherer.push(chunk);
    },
    async end() {
      await done(gatherer.take());
    },
    abort() {},
  };
}
