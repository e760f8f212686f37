import type { SeriesIdentity } from '../test/support/make-series.ts';
import type { Contestant, FigureContext } from './figure.ts';

/** The archive that holds the series of a job. */
export interface JobSource {
  readonly aeTitle: string;
  readonly port: number;
  readonly series: SeriesIdentity;
}

/**
 * The gateway's side of the whole job, from a cold read to a verified, opened file.
 *
 * Contract: `prepare` leaves a running gateway (clinical and computing side, key servers) with an
 * empty store that knows `source`, has crawled it and published the collection, but holds no
 * replica; `command` is one `mdm get` of the sealed uncompressed volume (`volume.nii.c4gh`) that
 * ends when the opened file is complete and verified; `servers` are all processes of the gateway.
 *
 * @returns undefined while the gateway cannot be started yet
 */
export function startGatewayJob(
  _context: FigureContext,
  _source: JobSource,
): Promise<Contestant | undefined> {
  return Promise.resolve(undefined);
}
