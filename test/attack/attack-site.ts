import { freePort } from '../support/free-port.ts';
import { type Installation, type KeyServerName, startInstallation } from '../support/gateway.ts';
import type { Owner } from '../support/owner.ts';
import { type ScriptedInstance, startScriptedPacs } from '../support/scripted-pacs.ts';
import { type Bystander, type Ordinary, startBystander } from './bystander.ts';

/** A service that is attacked. */
export type Victim = 'gateway' | KeyServerName;

/** A gateway and three key servers with TLS, and who is to be served by them. */
export interface AttackSite extends Installation {
  readonly receiverPort: number;
  /** Of a service; its URL may have another name. */
  portOf(victim: Victim): number;
  /** Somebody who is to be served by it. */
  bystanderOf(victim: Victim): Bystander;
}

/** Start everything, in front of an archive that holds `instances`. */
export async function startAttackSite(
  owner: Owner,
  instances: readonly ScriptedInstance[],
): Promise<AttackSite> {
  const receiverPort = await freePort();
  const pacs = await startScriptedPacs(owner, { moveToPort: receiverPort });
  pacs.instances = instances;
  const at = await startInstallation(owner, {
    pacs: [{ name: 'mover', port: pacs.port, aeTitle: 'MOVER', retrieve: 'C-MOVE' }],
    receiverPort,
    tls: true,
  });
  await at.crawled();
  const portOf = (victim: Victim): number => {
    const server = at.keyServers.find(({ name }) => name === victim);
    return server === undefined ? at.port : Number(new URL(server.url).port);
  };
  const bystanders = new Map<Victim, Bystander>();
  const bystanderOf = (victim: Victim): Bystander => {
    const found =
      bystanders.get(victim) ?? startBystander(owner, ordinaryFor(at, victim, portOf(victim)));
    bystanders.set(victim, found);
    return found;
  };
  return { ...at, receiverPort, portOf, bystanderOf };
}

/** What bob does at a gateway or a key server: look at a folder, or ask for the share of a key. */
function ordinaryFor(at: Installation, victim: Victim, port: number): Ordinary {
  const token = at.tokenOf('bob', victim === 'gateway' ? undefined : victim);
  const headers = { authorization: `Bearer ${token}` };
  const caPath = at.grid?.authorityPath ?? '';
  if (victim === 'gateway') return { port, caPath, path: '/.mdm/v1/list?path=/test/open', headers };
  // A key that does not exist costs what one does that he may not have.
  return {
    port,
    caPath,
    path: '/v1/shares',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ keys: [{ keyId: 'absent', line: 'trial/p-1/t-1/s-1/i-1' }] }),
  };
}
