import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Owner } from '../support/owner.ts';

/** A request that anybody may make at any time. */
export interface Ordinary {
  readonly port: number;
  readonly caPath: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Posted if there is one. */
  readonly body?: string;
}

/** What a number of them came to. */
export interface Measured {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Status or code of each that was not answered with 200. */
  readonly failures: readonly string[];
}

/** A process that asks and looks at the clock; from 127.0.0.1, where no attacker comes from. */
export interface Bystander {
  measure(count: number): Promise<Measured>;
}

const script = fileURLToPath(new URL('bystander.child.ts', import.meta.url));

export function startBystander(owner: Owner, ordinary: Ordinary): Bystander {
  const child = spawn(process.execPath, [script, JSON.stringify(ordinary)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  owner.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure(count) {
      child.stdin.write(`${count}\n`);
      const { value } = await lines.next();
      return JSON.parse(String(value)) as Measured;
    },
  };
}
