/**
 * Somebody with an ordinary request: `bystander.child.ts <JSON of Ordinary>`. For each number that
 * it reads as a line, it makes so many requests one after the other, each over a connection of its
 * own, and prints what they came to as a line of JSON (`Measured`).
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import type { Measured, Ordinary } from './bystander.ts';

const ordinary = JSON.parse(process.argv[2] ?? '') as Ordinary;
const ca = readFileSync(ordinary.caPath);

/** The status, or the code of what went wrong. */
async function ask(): Promise<string> {
  try {
    const asked = request({
      host: '127.0.0.1',
      port: ordinary.port,
      servername: 'localhost',
      method: ordinary.body === undefined ? 'GET' : 'POST',
      path: ordinary.path,
      localAddress: '127.0.0.1',
      ca,
      headers: ordinary.headers,
      agent: false,
      signal: AbortSignal.timeout(30_000),
    }).end(ordinary.body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return String(response.statusCode);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

async function measure(count: number): Promise<Measured> {
  const tookMs: number[] = [];
  const failures: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const startMs = performance.now();
    const outcome = await ask();
    tookMs.push(performance.now() - startMs);
    if (outcome !== '200') failures.push(outcome);
  }
  tookMs.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(tookMs[Math.ceil(count * share) - 1] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), failures };
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await measure(Number(line))));
