import { generateKeyPairSync } from 'node:crypto';
import { keysLimits } from '../../src/keys/limits.ts';
import { signFeedEntry, verifyFeedEntry } from '../../src/keys/wire/feed-entry.ts';
import { readSharesAnswer, readSharesRequest } from '../../src/keys/wire/messages.ts';
import { pinKeys } from '../../src/seal/index.ts';
import { keyIdOf } from '../../src/seal/receipt/signed-statement.ts';
import { checkGrowth } from './growth.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = { keyId: keyIdOf(publicKey), privateKey };
const id = (index: number): string => index.toString(16).padStart(32, '0');
const often = (times: number, work: () => unknown) => () => {
  for (let time = 0; time < times; time += 1) work();
};

checkGrowth([
  {
    count: 'key ids of a request for shares',
    limit: 'keys.keysPerRequestMax',
    n: Math.floor(keysLimits.keysPerRequestMax / 2),
    make: (n) => {
      const line = 'trial/p-1/t-1/s-1/i-1';
      const keys = Array.from({ length: n }, (_, index) => ({ keyId: id(index), line }));
      const request = { keys };
      return often(100, () => readSharesRequest(request));
    },
    beyond: { n: keysLimits.keysPerRequestMax + 1, code: 'KEYS_RECORD_INVALID' },
  },
  {
    count: 'shares of an answer',
    limit: 'keys.keysPerRequestMax',
    n: Math.floor(keysLimits.keysPerRequestMax / 2),
    make: (n) => {
      const shares = Array.from({ length: n }, (_, index) => ({ keyId: id(index), record: null }));
      return often(50, () => readSharesAnswer({ shares }));
    },
    beyond: { n: keysLimits.keysPerRequestMax + 1, code: 'KEYS_RECORD_INVALID' },
  },
  {
    count: 'entries of a policy in the feed',
    limit: 'keys.entriesPerPolicyMax',
    n: Math.floor(keysLimits.entriesPerPolicyMax / 2),
    make: (n) => {
      const entries = Array.from({ length: n }, (_, index) => ({
        who: `user:token:issuer#${index}`,
        rights: ['read' as const],
      }));
      const changes = [
        { kind: 'policy' as const, policy: { id: 'p', version: 1, collection: 'c', entries } },
      ];
      return feedWork(changes);
    },
    beyond: { n: keysLimits.entriesPerPolicyMax + 1, code: 'KEYS_RECORD_INVALID' },
  },
  {
    count: 'changes of a feed entry',
    limit: 'keys.changesPerEntryMax',
    n: Math.floor(keysLimits.changesPerEntryMax / 2),
    make: (n) =>
      feedWork(
        Array.from({ length: n }, (_, index) => ({ kind: 'tombstone' as const, keyId: id(index) })),
      ),
    beyond: { n: keysLimits.changesPerEntryMax + 1, code: 'KEYS_RECORD_INVALID' },
  },
]);

function feedWork(changes: Parameters<typeof signFeedEntry>[0]['changes']): () => Promise<void> {
  return async () => {
    const entry = { site: 'site', seq: 1, previous: '0'.repeat(64), timeMs: 0, changes };
    for (let time = 0; time < 5; time += 1)
      await verifyFeedEntry((await signFeedEntry(entry, signer)).statement, pinKeys([publicKey]));
  };
}
