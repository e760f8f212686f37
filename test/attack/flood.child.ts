/**
 * An attacker: `flood.child.ts <name of a flood> <JSON of Target>`. Each of its addresses does
 * what the flood is over and over, `target.lanes` times at once. Prints `on` when every lane has
 * done it once or is kept waiting for 2 s, and every second `did N`.
 */
import { setPriority } from 'node:os';
import { floods, type Target } from './floods.ts';

// In truth another machine, whose processor the victim does not share.
setPriority(19);
const [name = '', json = ''] = process.argv.slice(2);
const target = JSON.parse(json) as Target;
const flood = floods[name as keyof typeof floods];
let did = 0;
let begun = 0;

async function lane(address: string): Promise<never> {
  await Promise.race([flood({ target, address }), wait(2_000)]);
  begun += 1;
  if (begun === target.lanes * target.addresses.length) console.log('on');
  for (;;) {
    did += 1;
    // Not at once: a victim that turns it away is not to be measured by the speed of a loop.
    await wait(5);
    await flood({ target, address });
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

for (const address of target.addresses)
  for (let index = 0; index < target.lanes; index += 1) void lane(address);
setInterval(() => console.log(`did ${did}`), 1_000);
