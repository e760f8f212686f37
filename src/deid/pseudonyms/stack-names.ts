import { nameText } from './name-text.ts';
import { deriveSubkey } from './subkeys.ts';

/** Make the names of stacks of a collection. */
export function createStackNames(
  collectionKey: Uint8Array,
): (seriesName: string, discriminators: string) => string {
  const subkey = deriveSubkey(collectionKey, 'stack');
  return (seriesName, discriminators) =>
    nameText('v', subkey.digest('v', seriesName, discriminators));
}
