import { systemRandom } from '../../lib/random.ts';
import { gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { keyServerConfigSchema } from '../../node/config/key-server-config.ts';
import { loadConfig } from '../../node/config/load-config.ts';
import { gatewayFolders } from '../../node/gateway/gateway-folders.ts';
import { openGatewayKeys } from '../../node/gateway/gateway-keys.ts';
import { initKeyServer } from '../../node/key-server/key-server-keys.ts';
import type { Output } from '../output.ts';

/** `mdm init`: make the keys of a service; keys that are there stay. */
export async function init(
  { config, role }: { readonly config: string; readonly role: 'gateway' | 'keyserver' },
  output: Output,
): Promise<void> {
  if (role === 'gateway') await initGateway(config, output);
  else initServer(config, output);
}

async function initGateway(file: string, output: Output): Promise<void> {
  const { config, path } = loadConfig(file, gatewayConfigSchema);
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

function initServer(file: string, output: Output): void {
  const enrol = initKeyServer(loadConfig(file, keyServerConfigSchema), systemRandom);
  output.result(
    enrol,
    [
      'Give these public files to the operators of the gateway and of the other key servers:',
      `  to the gateway (signingKey)     ${enrol.signingKey}`,
      `  to other key servers (peers)    ${enrol.keys}`,
    ].join('\n'),
  );
}
