import type { Log } from '../../lib/log.ts';
import { type NameSources, neverMatches } from '../../policy/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';

/** Whom authentication can make out under a configuration. */
export function nameSourcesOf({ issuers, trustDirectory }: GatewayConfig): NameSources {
  return { certificates: trustDirectory !== undefined, issuers };
}

/** Say at the start who is named in the configuration and can never come. */
export function warnNeverMatches(config: GatewayConfig, log: Log): void {
  const named = [
    ...config.operators.map((who) => ({ setting: 'operators', who })),
    ...config.collections.flatMap(({ name, policy }) =>
      policy.map(({ who }) => ({ setting: `collections[].policy of ${name}`, who })),
    ),
  ];
  for (const { setting, who } of named) {
    const why = neverMatches(who, nameSourcesOf(config));
    if (why !== undefined) log.warn('policy.never_matches', { setting, who, why });
  }
}
