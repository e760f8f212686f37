// Runs a key server as the demonstration does: `node service-parent.child.ts <config> <folder>`.
// Prints the service's process id.
import { startService } from '../../demo/service.ts';

const [config = '', folder = ''] = process.argv.slice(2);
const service = await startService({ name: 'hospital', role: 'keyserver', config, folder });
process.stdout.write(`service ${service.pid}\n`);
setInterval(() => undefined, 60_000);
