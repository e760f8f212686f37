import { z } from 'zod';
import { keysLimits } from '../../keys/limits.ts';
import { parseAddressRange } from '../../lib/address/address-range.ts';
import { products } from '../../production/index.ts';
import { admission } from './admission.ts';
import { contradictions } from './contradictions.ts';
import { audience, issuerSettings } from './issuer.ts';
import { publicUrl } from './public-url.ts';

/** A block that is larger is no hospital's: 10.0.0.0/8 is the largest private one. */
const prefixLengthMin = 8;
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens');
const aeTitle = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,14}[\x21-\x7e])?$/, 'an AE title of 1 to 16 characters');
const port = z.int().min(0).max(65_535);
const host = z.string().min(1);
const file = z.string().min(1);
const addressRange = z.string().transform((text, context) => {
  const range = parseAddressRange(text);
  if (range !== undefined && range.prefixLength >= prefixLengthMin) return range;
  const message =
    range === undefined
      ? 'an IP address (192.0.2.7) or a block without bits behind its prefix (192.0.2.0/24)'
      : `${text} opens the receiver to everyone: name the addresses that the PACS sends from`;
  context.issues.push({ code: 'custom', message, input: text });
  return z.NEVER;
});
const bytes = z
  .union([z.int().positive(), z.string().regex(/^\d+(?:\.\d+)? ?(?:MiB|GiB|TiB)$/)])
  .transform(parseBytes);
const right = z.enum([
  'list',
  'read',
  'read-metadata',
  'write-metadata',
  'change-permissions',
  'delete',
]);

const policyEntry = z.strictObject({
  who: z.string().regex(/^(?:authenticated|(?:user|group):.+)$/),
  rights: z.array(right).min(1),
  expires: z.iso.datetime().optional(),
});

const tls = z.strictObject({ certificate: file, key: file });

const pacs = z.strictObject({
  name,
  host,
  port,
  /** AE title of the PACS. */
  aeTitle,
  /** Ours towards it. */
  callingAeTitle: aeTitle.default('MDM'),
  retrieve: z.enum(['auto', 'C-GET', 'C-MOVE']).default('auto'),
  /** Where it opens associations to our receiver from. Default: the addresses of `host`. */
  sendsFrom: z.array(addressRange).min(1).optional(),
  /** AE titles it then calls itself. Default: `aeTitle`. */
  sendsAs: z.array(aeTitle).min(1).optional(),
  /** Whether its C-STORE requests name the C-MOVE that they belong to. */
  moveOriginator: z.enum(['present', 'absent']).default('present'),
  /** Open at once, both directions together. Default: what one retrieve needs. */
  associationsMax: z.int().min(1).max(16).optional(),
});

const collection = z.strictObject({
  name,
  delivery: z.enum(['open', 'sealed']),
  formats: z
    .array(z.enum(products.map((product) => product.name)))
    .min(1)
    .default(['dcm', 'nii.gz']),
  filter: z
    .strictObject({
      pacs: z.array(name).default([]),
      modalities: z.array(z.string()).default([]),
      patientIds: z.array(z.string()).default([]),
      studyInstanceUids: z.array(z.string()).default([]),
    })
    .prefault({}),
  /** Who may do what when the collection is made; later by `mdm grant`. */
  policy: z.array(policyEntry).default([]),
});

const issuer = z.strictObject({ ...issuerSettings, audience });

const gatewaySettings = z.strictObject({
  site: name,
  /** Folder of databases, keys and replicas; relative to the configuration. */
  data: file,
  /** Where clients reach it; without it no token is accepted that is bound to a key. */
  publicUrl: publicUrl.optional(),
  listen: z.strictObject({
    host: host.default('127.0.0.1'),
    port: port.default(8446),
    tls: tls.optional(),
    /** Host that transfer URLs name; default: the one the client used. */
    publicHost: host.optional(),
    ...admission,
  }),
  /** Directory of trusted authorities of client certificates. */
  trustDirectory: file.optional(),
  issuers: z.array(issuer).default([]),
  pacs: z.array(pacs).min(1),
  /** Our C-STORE receiver for C-MOVE. */
  receiver: z
    .strictObject({
      /** The PACS must reach it; loopback unless said otherwise. */
      host: host.default('127.0.0.1'),
      port,
      aeTitle,
    })
    .optional(),
  collections: z.array(collection).min(1),
  /** Who runs the installation, as policies name people. */
  operators: z.array(z.string().regex(/^(?:user|group):.+$/, 'user:... or group:...')).default([]),
  storage: z.strictObject({ limit: bytes.default(10 * 1024 ** 3) }).prefault({}),
  keyServers: z.strictObject({
    threshold: z.int().min(2).max(keysLimits.thresholdMax).default(2),
    servers: z
      .array(
        z.strictObject({
          name,
          url: z.url(),
          publicUrl: publicUrl.optional(),
          authorities: file.optional(),
          signingKey: file,
        }),
      )
      .min(2)
      .max(keysLimits.serversMax),
  }),
  crawl: z
    .strictObject({
      everyMinutes: z.number().positive().default(15),
      atStart: z.boolean().default(true),
    })
    .prefault({}),
});

export type GatewayConfig = z.output<typeof gatewaySettings>;

/** Settings of a gateway, `mdm.yaml`. Secrets are file paths. */
export const gatewayConfigSchema = gatewaySettings.superRefine((config, context) => {
  for (const { path, message } of contradictions(config))
    context.addIssue({ code: 'custom', path, message });
});

function parseBytes(value: number | string): number {
  if (typeof value === 'number') return value;
  const unit = { MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }[value.slice(-3)] ?? 1;
  return Math.floor(Number.parseFloat(value) * unit);
}
