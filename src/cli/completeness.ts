import type { GetReport } from '../client/open/get-file.ts';

/** Why the archive does not confirm that it sent all, for people. */
const reasons: Readonly<Record<string, string>> = {
  'not-counted': 'it states no count',
  'counted-fewer': 'it counts fewer than it lists',
  'not-sent': 'it did not send an object that it lists as holding no image',
  doubted: 'one of two signs says that slices between those of the volume are missing',
};

/** Whether a verified file is known to be all that the archive holds of the series. */
export function completenessOf({
  complete,
  unconfirmed = '',
}: Pick<GetReport, 'complete' | 'unconfirmed'>): string {
  if (complete) return 'complete';
  return `not confirmed by the archive (${reasons[unconfirmed] ?? unconfirmed})`;
}
