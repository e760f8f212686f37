import { isLoopback } from '../../listener/loopback.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** Settings that are right each by itself and cannot be together. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

/** What in a gateway's configuration contradicts something else in it, before anything is opened. */
export function* contradictions(config: GatewayConfig): Generator<Contradiction> {
  yield* namesTwice('pacs', config.pacs);
  yield* namesTwice('collections', config.collections);
  yield* movesThatCannotBe(config);
  yield* audiencesOfOthers(config);
  const { listen, receiver, issuers, trustDirectory } = config;
  if (receiver !== undefined && isOneAddress(listen, receiver))
    yield { path: ['receiver', 'port'], message: 'is listen.port too; each needs its own' };
  if (issuers.length === 0 && trustDirectory === undefined && !isLoopback(listen.host))
    yield {
      path: ['listen', 'host'],
      message: `${listen.host} needs "issuers" or "trustDirectory": nobody could prove who they are`,
    };
}

/** The second one would silently take the place of the first, or be taken for it. */
function* namesTwice(
  setting: string,
  named: readonly { readonly name: string }[],
): Generator<Contradiction> {
  for (const [index, { name }] of named.entries())
    if (named.findIndex((other) => other.name === name) < index)
      yield { path: [setting, index, 'name'], message: `"${name}" stands twice` };
}

function* movesThatCannotBe({ pacs, receiver }: GatewayConfig): Generator<Contradiction> {
  for (const [index, { retrieve, associationsMax }] of pacs.entries()) {
    if (retrieve !== 'C-MOVE') continue;
    if (receiver === undefined)
      yield {
        path: ['pacs', index, 'retrieve'],
        message: 'C-MOVE needs the setting "receiver"',
      };
    if (associationsMax === 1)
      yield {
        path: ['pacs', index, 'associationsMax'],
        message: 'a C-MOVE needs 2, one in each direction',
      };
  }
}

/** A token for a key server that the gateway took too would be one that two parties accept. */
function* audiencesOfOthers({ issuers, keyServers }: GatewayConfig): Generator<Contradiction> {
  const urls = new Set(keyServers.servers.map(publicUrlOf));
  for (const [index, { audience }] of issuers.entries()) {
    const other = [audience].flat().find((one) => urls.has(one));
    if (other !== undefined)
      yield {
        path: ['issuers', index, 'audience'],
        message: `${other} is a key server: its tokens must count nowhere else`,
      };
  }
}

/** Where clients reach a key server: issuer and audience of what it takes. */
export function publicUrlOf({
  url,
  publicUrl,
}: GatewayConfig['keyServers']['servers'][number]): string {
  return publicUrl ?? new URL(url).origin;
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const anyHosts = new Set(['0.0.0.0', '::']);

/** Port 0 is another one each time. */
function isOneAddress(one: Endpoint, other: Endpoint): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || anyHosts.has(one.host) || anyHosts.has(other.host);
}
