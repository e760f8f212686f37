// One key server in a process of its own: `node keyserver-child.ts <root> <name> <pem> <pem>`, the
// public keys of producer and gateway. Prints where it listens.
import { createPublicKey } from 'node:crypto';
import { systemClock } from '../../src/lib/clock.ts';
import { pinKeys } from '../../src/seal/index.ts';
import { openServer } from './keyserver-fixture.ts';

const [root = '', name = '', producerPem = '', gatewayPem = ''] = process.argv.slice(2);
const server = await openServer({
  root,
  name,
  clock: systemClock,
  depositorKeys: pinKeys([createPublicKey(producerPem)]),
  feedKeys: pinKeys([createPublicKey(gatewayPem)]),
});
process.stdout.write(`listening ${await server.listen({ host: '127.0.0.1', port: 0 })}\n`);
