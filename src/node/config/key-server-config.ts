import { z } from 'zod';
import { keysLimits } from '../../keys/limits.ts';
import { serviceIssuerOf } from '../service-identity.ts';
import { admission } from './admission.ts';
import { audience, issuerSettings } from './issuer.ts';
import { publicUrl } from './public-url.ts';

const file = z.string().min(1);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Settings of a key server. It belongs to another party than the gateway. */
const keyServerSettings = z.strictObject({
  /** As in receipts and in the gateway's list. */
  name,
  /** Site whose policy feed it follows. */
  site: name,
  /** Folder of its database. */
  data: file,
  /** Where clients reach it: the only audience of tokens for it. */
  publicUrl,
  /** Kept and backed up apart from the folder. */
  masterKey: file,
  listen: z.strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.int().min(0).max(65_535),
    tls: z.strictObject({ certificate: file, key: file }).optional(),
    ...admission,
  }),
  /** Public keys (PEM) of the producers whose deposits it takes. */
  producers: z.array(file).min(1),
  /** Public keys (PEM) of the gateways whose policy feed it follows. */
  gateways: z.array(file).min(1),
  /** Other key servers with which it makes shares that one of them lacks. */
  peers: z
    .array(
      z.strictObject({
        name,
        /** Its public keys (PEM): `keyserver.keys.pub`. */
        keys: file,
      }),
    )
    .max(keysLimits.serversMax - 1)
    .default([]),
  trustDirectory: file.optional(),
  /** Issuers of people's tokens, which must name `publicUrl` and nobody else, or be bound. */
  issuers: z
    .array(z.strictObject({ ...issuerSettings, audience: audience.optional() }))
    .default([]),
  /** Key set of the gateway's service: reads what policies of open collections let it. */
  gatewayService: file.optional(),
  /** Take tokens that other parties accept too. */
  acceptSharedAudience: z.boolean().default(false),
});

export type KeyServerConfig = z.output<typeof keyServerSettings>;

export const keyServerConfigSchema = keyServerSettings.superRefine((config, context) => {
  for (const [index, { issuer, audience: other }] of config.issuers.entries()) {
    if (other !== undefined && !config.acceptSharedAudience)
      context.addIssue({
        code: 'custom',
        path: ['issuers', index, 'audience'],
        message: 'is publicUrl; another one needs acceptSharedAudience: true',
      });
    if (issuer === serviceIssuerOf(config.site))
      context.addIssue({
        code: 'custom',
        path: ['issuers', index, 'issuer'],
        message: 'is the gateway itself: name its key set under gatewayService',
      });
  }
});
