import { z } from 'zod';
import { parseAddressRange } from '../../lib/address/address-range.ts';
import { listenerLimits } from '../../listener/limits.ts';

const range = z
  .string()
  .refine(
    (text) => parseAddressRange(text) !== undefined,
    'an address, or a network as 10.0.0.0/8',
  );

/** Settings of `listen` that say whose connections are let in, the same for both services. */
export const admission = {
  /**
   * Addresses or CIDR networks of front proxies that pass TLS on: bounds and pace of one address do
   * not hold for them, because behind theirs are many callers. Nothing that a proxy says is believed.
   */
  proxies: z.array(range).default([]),
  connectionsPerCaller: z
    .int()
    .min(1)
    .max(listenerLimits.callerConnectionsMax)
    .default(listenerLimits.connectionsPerCallerMax),
};
