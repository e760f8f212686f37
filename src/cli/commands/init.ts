import { systemRandom } from '../../lib/random.ts';
import { gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { loadConfig } from '../../node/config/load-config.ts';
import { gatewayFolders } from '../../node/gateway/gateway-folders.ts';
import { openGatewayKeys } from '../../node/gateway/gateway-keys.ts';
import type { Output } from '../output.ts';

/** `mdm init`: make the keys of a gateway; keys that are there stay. */
export async function init(options: { readonly config: string }, output: Output): Promise<void> {
  const { config, path } = loadConfig(options.config, gatewayConfigSchema);
  const folders = gatewayFolders(path(config.data));
  await openGatewayKeys(folders, systemRandom);
  const enrol = {
    producer: `${folders.clinical.producerKey}.pub`,
    policyFeed: `${folders.computing.feedKey}.pub`,
    serviceKeySet: folders.computing.serviceKeySet,
  };
  output.result(
    enrol,
    [
      'Give these public files to the operators of the key servers and, the first, to the users:',
      `  producer key (receipts, deposits)  ${enrol.producer}`,
      `  policy feed key                    ${enrol.policyFeed}`,
      `  key set of the gateway's tokens    ${enrol.serviceKeySet}`,
    ].join('\n'),
  );
}
