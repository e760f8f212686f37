import { clientLimits } from '../../client/limits.ts';
import { readPublicKey, readSmallText } from '../../client/own/read-local.ts';
import { writeLocal } from '../../client/own/write-local.ts';
import { joinOriginalShares, originalThresholdOf, parseOriginalShares } from '../../keys/index.ts';
import { toHex, utf8 } from '../../lib/bytes/bytes.ts';
import { wipe } from '../../seal/index.ts';
import type { Output } from '../output.ts';
import { sealFor } from './encrypt.ts';

/** `mdm key import`: a key of the original system, out of its shares and sealed at once for a public key. */
export async function importKey(
  output: Output,
  options: {
    /** The shares, a line for each key server of the original. */
    readonly source: string;
    readonly target: string;
    readonly key: string;
    /** Undefined: what the original needed of so many. */
    readonly threshold: number | undefined;
    readonly force: boolean;
  },
): Promise<void> {
  const { source, target, key, force } = options;
  const recipientPublicKey = await readPublicKey(key);
  const { shares, serverCount } = parseOriginalShares(
    await readSmallText(source, clientLimits.originalSharesBytesMax),
  );
  const threshold = options.threshold ?? originalThresholdOf(serverCount);
  const original = joinOriginalShares(shares, threshold);
  try {
    // As the original's own tools and `openssl enc -K` take it.
    const text = utf8(`${toHex(original.key)}\n`);
    const written = await writeLocal(target, sealFor([text], recipientPublicKey), {
      replace: force,
    });
    const { spareShares } = original;
    const bits = original.key.length * 8;
    output.result(
      { ...written, key, bits, threshold, spareShares },
      `${written.target}  a key of ${bits} bits, sealed for ${key}`,
    );
    if (spareShares === 0)
      output.note('No share was left to compare with: one that is damaged would not have shown.');
    output.note(
      `Remove ${source}, and what else holds the shares, once you opened a file with it.`,
    );
  } finally {
    wipe(original.key);
  }
}
