import { systemClock } from '../../lib/clock.ts';
import { jsonLog } from '../../lib/log.ts';
import { systemRandom } from '../../lib/random.ts';
import { gatewayConfigSchema } from '../../node/config/gateway-config.ts';
import { keyServerConfigSchema } from '../../node/config/key-server-config.ts';
import { loadConfig } from '../../node/config/load-config.ts';
import { startGateway } from '../../node/gateway/start-gateway.ts';
import { startKeyServer } from '../../node/key-server/start-key-server.ts';
import type { RunningService, ServiceTools } from '../../node/service.ts';

/** `mdm serve`: run until SIGINT or SIGTERM, then end what is under way and close. */
export async function serve(options: {
  readonly config: string;
  readonly role: 'gateway' | 'keyserver';
}): Promise<void> {
  const log = jsonLog({
    write: (line) => process.stderr.write(line),
    nowMs: () => systemClock.nowMs(),
  });
  const tools: ServiceTools = { clock: systemClock, random: systemRandom, log };
  const service = await start(options, tools);
  process.stdout.write(`${service.url}\n`);
  await stopSignal();
  log.info('service.stopping');
  await service.close();
}

function start(
  options: { readonly config: string; readonly role: 'gateway' | 'keyserver' },
  tools: ServiceTools,
): Promise<RunningService> {
  return options.role === 'keyserver'
    ? startKeyServer(loadConfig(options.config, keyServerConfigSchema), tools)
    : startGateway(loadConfig(options.config, gatewayConfigSchema), tools);
}

/** The second signal ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
