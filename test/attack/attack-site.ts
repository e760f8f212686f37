import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChild } from '../support/child.ts';
import { freePort } from '../support/free-port.ts';
import { type Installation, type KeyServerName, startInstallation } from '../support/gateway.ts';
import type { Owner } from '../support/owner.ts';
import { processMemory, resetPeakMemory } from '../support/process-memory.ts';
import { type ScriptedInstance, startScriptedPacs } from '../support/scripted-pacs.ts';
import { type Bystander, type Measured, type Ordinary, startBystander } from './bystander.ts';
import type { floods } from './floods.ts';

/** `MDM_LONG=1`: enough requests for a p99 that means something, and the figure of the goal. */
const isLong = process.env['MDM_LONG'] === '1';
/** Of a file of floods: some 30 s each in the long form. */
export const floodsTimeoutMs = isLong ? 1_200_000 : 290_000;
const requestCount = isLong ? 1_000 : 60;
/** A victim's memory may grow by this during an attack: its buffers, and what V8 has not collected. */
const growthBytesMax = 192 * 1024 * 1024;

type Victim = 'gateway' | KeyServerName;

/** A gateway and three key servers with TLS, who is to be served by them, and who attacks them. */
export interface AttackSite extends Installation {
  readonly receiverPort: number;
  /** Of a service; its URL may have another name. */
  portOf(victim: Victim): number;
  bystanderOf(victim: Victim): Bystander;
  /**
   * Measure the bystander of a victim before, during and after a flood, and the victim's memory;
   * everybody must be answered, in time, and memory be bounded.
   */
  endure(t: TestContext, attack: Attack): Promise<void>;
}

/** A flood by a process of its own. */
export interface Attack {
  readonly victim: Victim;
  readonly flood: keyof typeof floods;
  readonly addresses: number;
  readonly lanes: number;
  /** The DICOM receiver of the gateway; by default the port of HTTPS. */
  readonly door?: 'receiver';
  readonly authorization?: string;
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
  return {
    ...at,
    receiverPort,
    portOf,
    bystanderOf,
    endure: (t, attack) =>
      endure(t, attack, {
        pid: at.service(attack.victim).pid,
        port: attack.door === 'receiver' ? receiverPort : portOf(attack.victim),
        bystander: bystanderOf(attack.victim),
      }),
  };
}

/** What bob does at a gateway or a key server: look at a folder, or ask for the share of a key. */
function ordinaryFor(at: Installation, victim: Victim, port: number): Ordinary {
  const headers = { authorization: `Bearer ${at.tokenOf('bob')}` };
  const caPath = at.grid?.authorityPath ?? '';
  if (victim === 'gateway') return { port, caPath, path: '/.mdm/v1/list?path=/test/open', headers };
  // A key that does not exist costs what one does that he may not have.
  return {
    port,
    caPath,
    path: '/v1/shares',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ keyIds: ['absent'] }),
  };
}

async function endure(
  t: TestContext,
  attack: Attack,
  at: { readonly pid: number; readonly port: number; readonly bystander: Bystander },
): Promise<void> {
  const control = await at.bystander.measure(requestCount);
  const rest = processMemory(at.pid).residentBytes;
  resetPeakMemory(at.pid);
  const attacker = await startFlood(t, { ...attack, port: at.port });
  const during = await at.bystander.measure(requestCount);
  const [, did] = await attacker.waitForOutput(/did (\d+)\s*$/);
  await attacker.stop();
  const after = await at.bystander.measure(requestCount);
  const peak = processMemory(at.pid).peakBytes;
  t.diagnostic(
    `${t.name}: before ${told(control)}, during ${told(during)}, after ${told(after)} ms (p50/p99); ` +
      `memory ${mebibytes(rest)}, at most ${mebibytes(peak)} MiB; ${did} done`,
  );
  assert.deepEqual([...control.failures, ...during.failures, ...after.failures], []);
  const { p50Ms, p99Ms } = allowed(control, after);
  assert.ok(during.p50Ms <= p50Ms, `p50 ${during.p50Ms} ms, ${p50Ms} ms allowed`);
  assert.ok(during.p99Ms <= p99Ms, `p99 ${during.p99Ms} ms, ${p99Ms} ms allowed`);
  assert.ok(peak - rest <= growthBytesMax, `memory grew by ${mebibytes(peak - rest)} MiB`);
}

/**
 * Of what it takes without an attacker, before or after: twice, or 20 ms more. In the short form
 * victim, attacker, bystander and other tests share two cores; who starves takes ten seconds there.
 */
function allowed(before: Measured, after: Measured): Pick<Measured, 'p50Ms' | 'p99Ms'> {
  const [p50Ms, p99Ms] = [Math.max(before.p50Ms, after.p50Ms), Math.max(before.p99Ms, after.p99Ms)];
  const most = (aloneMs: number): number => Math.max(2 * aloneMs, aloneMs + 20);
  if (isLong) return { p50Ms: most(p50Ms), p99Ms: most(p99Ms) };
  return { p50Ms: 10 * p50Ms + 1_000, p99Ms: 10 * p99Ms + 5_000 };
}

async function startFlood(owner: Owner, attack: Omit<Attack, 'victim'> & { port: number }) {
  const { flood, addresses, ...target } = attack;
  const script = fileURLToPath(new URL('flood.child.ts', import.meta.url));
  const json = JSON.stringify({
    ...target,
    addresses: Array.from({ length: addresses }, (_, index) => `127.0.0.${index + 2}`),
  });
  const attacker = await startChild(owner, [process.execPath, script, flood, json], {
    stopSignal: 'SIGKILL',
  });
  await attacker.waitForOutput(/^on$/m);
  return attacker;
}

function told({ p50Ms, p99Ms }: Measured): string {
  return `${p50Ms}/${p99Ms}`;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
