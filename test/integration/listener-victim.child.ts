// A listener with TLS and one door in a process of its own: `node listener-victim.child.ts <key>
// <certificate>`. `Bearer NAME` is that caller. Prints its port.
import { readFileSync } from 'node:fs';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createListener } from '../../src/listener/listener.ts';
import { authenticateByName } from './keyserver-fixture.ts';

const [key = '', cert = ''] = process.argv.slice(2);
const listener = await createListener({
  host: '127.0.0.1',
  port: 0,
  tls: { key: readFileSync(key), cert: readFileSync(cert) },
  doors: [
    {
      name: 'hello',
      accepts: () => true,
      serve({ caller, response }) {
        response.writeHead(caller === undefined ? 401 : 200).end('hello');
        return Promise.resolve();
      },
    },
  ],
  authenticate: authenticateByName,
  clock: systemClock,
  log: silentLog,
});
process.stdout.write(`listening ${listener.port}\n`);
