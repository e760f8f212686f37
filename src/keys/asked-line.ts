import { askedFileOf } from '../seal/index.ts';
import { type KeyLine, volumeStem } from './wire/place.ts';

const stemPattern = /^(?:i-[0-9a-z]+|v-[0-9a-z]+(?:_[A-Za-z0-9]+)*)/;

/**
 * What the key of the file at a path is of, as far as the path says it: of `volume.<suffix>` any
 * volume of the series. Undefined where it is no file of a series.
 */
export function lineOfPath(path: string): KeyLine | undefined {
  const asked = askedFileOf(path);
  if (asked === undefined) return undefined;
  const [subject = '', study = '', series = '', file = ''] = asked.name.split('/');
  const stem = file.startsWith('volume.') ? volumeStem : stemPattern.exec(file)?.[0];
  if (stem === undefined) return undefined;
  return { collection: asked.collection, subject, study, series, stem };
}
