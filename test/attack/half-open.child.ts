/**
 * An attacker: `half-open.child.ts PORT COUNT ADDRESS...` opens COUNT connections from each address
 * to a loopback port, sends the beginning of an association request on each, and stays. Whatever
 * is closed is opened again. Prints `OPEN n` once they were all taken.
 */
import { connect } from 'node:net';

const [port = '0', count = '0', ...addresses] = process.argv.slice(2);
/** PDU type, length of 200 bytes, protocol version; the rest never comes. */
const beginning = Buffer.from([1, 0, 0, 0, 0, 200, 0, 1]);
let open = 0;

function stay(localAddress: string): void {
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress });
  socket.on('error', () => {}); // told by the close
  socket.once('connect', () => {
    open += 1;
    socket.write(beginning);
    if (open === Number(count) * addresses.length) console.log(`OPEN ${open}`);
  });
  socket.once('close', () => setImmediate(() => stay(localAddress)));
}

for (const address of addresses) {
  for (let index = 0; index < Number(count); index += 1) stay(address);
}
