import type { SpreadAnswer } from '../client/api/answers.ts';

/** How far a change has come at the key servers, and how long that took, as one line. */
export function spreadLine({
  feedEntry,
  servers,
  quorumMs,
  completeMs,
  shutMs,
}: SpreadAnswer): string {
  const acknowledged = servers.filter((server) => server.acknowledged).length;
  const silent = servers.length - acknowledged;
  const times = [
    quorumMs === undefined ? undefined : `quorum after ${quorumMs} ms`,
    completeMs === undefined ? undefined : `complete after ${completeMs} ms`,
    shutMs === undefined
      ? undefined
      : `nobody gets a share now (after ${shutMs} ms), not yet kept by the key servers`,
  ].filter((text) => text !== undefined);
  const waited = silent === 0 ? '' : `, ${silent} without lease`;
  return `${acknowledged} key servers signed entry ${feedEntry}${waited}; ${times.join(', ')}`;
}
