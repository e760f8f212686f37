import { z } from 'zod';
import { parseAddressRange } from '../../lib/address/address-range.ts';

/**
 * Addresses or CIDR networks of front proxies that pass TLS on: the bounds for one address do not
 * hold for them, because behind theirs are many callers. Nothing that a proxy says is believed.
 */
export const proxies = z
  .array(
    z
      .string()
      .refine(
        (text) => parseAddressRange(text) !== undefined,
        'an address, or a network as 10.0.0.0/8',
      ),
  )
  .default([]);
