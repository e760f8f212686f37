import { readFileSync } from 'node:fs';
import { lockFile } from '../../db/index.ts';
import { type FeedRepaired, repairPolicyFeed } from '../../keys/index.ts';
import { systemClock } from '../../lib/clock.ts';
import { jsonLog } from '../../lib/log.ts';
import { systemRandom } from '../../lib/random.ts';
import { gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { loadConfig } from '../../node/config/load-config.ts';
import { gatewayFolders } from '../../node/gateway/gateway-folders.ts';
import { openGatewayKeys } from '../../node/gateway/gateway-keys.ts';
import { openRestingAnchors } from '../../node/gateway/open-record-anchors.ts';
import { publicKeyFile } from '../../node/secrets/key-files.ts';
import { openPolicyFeedStore } from '../../policy/index.ts';
import type { Output } from '../output.ts';

/** `mdm repair feed`: end a fork of the policy feed, beside a gateway that is stopped. */
export async function repairFeed(
  options: { readonly config: string },
  output: Output,
): Promise<void> {
  const { config, path } = loadConfig(options.config, gatewayConfigSchema);
  const folders = gatewayFolders(path(config.data));
  const lock = lockFile(folders.lock);
  try {
    const keys = await openGatewayKeys(folders, systemRandom);
    const store = await openPolicyFeedStore(folders.computing.feed);
    const { servers, threshold } = config.keyServers;
    const { site } = config;
    const log = jsonLog({
      write: (line) => process.stderr.write(line),
      nowMs: () => systemClock.nowMs(),
    });
    try {
      const repaired = await repairPolicyFeed({
        site,
        anchors: await openRestingAnchors({ site, folders, feed: keys.feed, log }),
        signer: keys.feed,
        store,
        servers: servers.map(({ name, url, authorities, signingKey }) => ({
          name,
          baseUrl: url,
          signingKey: publicKeyFile(path(signingKey)),
          ...(authorities === undefined
            ? {}
            : { authorities: readFileSync(path(authorities), 'utf8') }),
        })),
        threshold,
        clock: systemClock,
        random: systemRandom,
        log,
      });
      output.result(repaired, linesOf(repaired).join('\n'));
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

function linesOf({ position, givenUp, lost, followedBy }: FeedRepaired): readonly string[] {
  return [
    ...givenUp.map(({ seq, digest, servers }) => {
      const held = servers.length === 0 ? 'this gateway alone' : servers.join(', ');
      return `given up: entry ${seq} (${digest.slice(0, 16)}), held by ${held}`;
    }),
    ...(givenUp.length === 0 ? ['there is no fork'] : []),
    ...lost.map((line) => `lost, to be granted again if it is due: ${line}`),
    `the feed goes on at entry ${position.seq}, followed by ${followedBy.join(', ') || 'nobody yet'}`,
  ];
}
