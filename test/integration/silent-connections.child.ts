// An attacker in a process of its own: `node silent-connections.child.ts <port> <count> <address>...`
// opens `count` connections to the loopback port from each address, says nothing on them, and opens
// another for each that is closed. Prints `holding` once all were tried.
import { connect } from 'node:net';

const [port = '', count = '', ...addresses] = process.argv.slice(2);
let pending = Number(count) * addresses.length;

function tried(): void {
  pending -= 1;
  if (pending === 0) process.stdout.write('holding\n');
}

function hold(localAddress: string, first: boolean): void {
  const socket = connect({ host: '127.0.0.1', port: Number(port), localAddress });
  let isTried = !first;
  const settle = (): void => {
    if (!isTried) tried();
    isTried = true;
  };
  socket.on('error', settle);
  socket.once('connect', settle);
  // Not at once: a victim that turns it away is not to be measured by the speed of a loop.
  socket.once('close', () => setTimeout(hold, 20, localAddress, false));
}

for (const address of addresses) for (let n = 0; n < Number(count); n += 1) hold(address, true);
