import type { GatewayConfig } from '../config/gateway-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { ServiceTools } from '../service.ts';
import type { GatewayFolders } from './gateway-folders.ts';
import type { GatewayKeys } from './gateway-keys.ts';
import type { Teardown } from './teardown.ts';

/** What every step of starting a gateway is given. */
export interface GatewayContext extends LoadedConfig<GatewayConfig> {
  readonly tools: ServiceTools;
  readonly folders: GatewayFolders;
  readonly keys: GatewayKeys;
  /** Each step adds how to close what it opened. */
  readonly teardown: Teardown;
}
