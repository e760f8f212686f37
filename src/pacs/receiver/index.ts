/** Our own C-STORE SCP for C-MOVE. */
export type { Expectation, Receiver } from './receiver.ts';
export type { Sender } from './sender.ts';
export { type ReceiverOptions, startReceiver } from './start-receiver.ts';
