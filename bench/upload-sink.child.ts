import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

// The far end of the chain: an HTTPS receiver that counts what is uploaded and throws it away.
// usage: upload-sink.child.ts <key> <certificate>; prints its port

const [keyPath = '', certificatePath = ''] = process.argv.slice(2);
const server = createServer(
  { key: readFileSync(keyPath), cert: readFileSync(certificatePath) },
  (request, response) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => response.end(`${length}\n`));
  },
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object')
    process.stdout.write(`port ${address.port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
