import type { VersionStatement } from '../../src/seal/index.ts';

/** A version statement, complete, with what a test wants of it. */
export function versionStatement(of: Partial<VersionStatement> = {}): VersionStatement {
  return {
    format: 'mdm-version-statement',
    formatVersion: 2,
    site: 'test',
    collection: 'ct',
    name: 'p-1/t-1/s-1/i-1.dcm',
    guid: 'a'.repeat(32),
    stateNumber: 1,
    stacks: null,
    version: 1,
    generation: 1,
    keyId: 'k-1',
    recipientPublicKey: 'A'.repeat(43),
    keyServers: ['one', 'two'],
    threshold: 2,
    plaintextSize: 0,
    plaintextSha256: '0'.repeat(64),
    segmentRoot: '0'.repeat(64),
    source: {
      expectedInstances: 1,
      countedInstances: null,
      instances: 1,
      withoutImage: 0,
      completeness: 'verified',
      reason: null,
    },
    uids: { study: '2.25.1', series: '2.25.2', instance: '2.25.3' },
    recipe: [],
    time: '2026-01-01T00:00:00Z',
    ...of,
  };
}
