/**
 * The shape of `src/` as data: what may import what. ARCHITECTURE.md explains it; this file is what
 * counts. A folder imports only from lower ranks and from itself.
 */
export const ranks: Readonly<Record<string, number>> = {
  lib: 0,
  flow: 1,
  dicom: 1,
  identity: 1,
  db: 1,
  dimse: 2,
  dicomweb: 2,
  facts: 2,
  pixel: 2,
  seal: 2,
  authz: 2,
  listener: 2,
  storage: 2,
  audit: 2,
  deid: 3,
  volume: 3,
  pacs: 3,
  catalog: 3,
  keys: 3,
  production: 4,
  registration: 5,
  recall: 5,
  policy: 5,
  files: 6,
  access: 7,
  clinic: 7,
  federation: 7,
  keyserver: 7,
  client: 8,
  node: 9,
  cli: 10,
  web: 10,
};

/** Folders that those of their own rank may import too: the brands are the shared vocabulary. */
export const importableFromOwnRank: ReadonlySet<string> = new Set(['flow']);

/** Folders that may import less than their rank allows: these folders, these files, and why. */
export const allowLists: Readonly<
  Record<
    string,
    {
      readonly folders: readonly string[];
      readonly files: readonly string[];
      readonly reason: string;
    }
  >
> = {
  access: {
    folders: ['files', 'policy', 'identity', 'audit', 'dicomweb', 'listener', 'lib'],
    // The closed set of recall failures, which every door translates to its protocol.
    files: ['src/recall/errors.ts'],
    reason: 'a door translates and never decides: it knows the file port and who calls',
  },
};

/** Imports that the ranks allow and the design does not. */
export const refusals: Readonly<
  Record<string, { readonly folders: readonly string[]; readonly reason: string }>
> = {
  production: {
    folders: ['pacs', 'catalog'],
    reason:
      'production turns instances into replicas and knows neither where they come from nor who lists them',
  },
};

/** What `demo/` may import of `src/`: it plays a PACS, and must not lean on the gateway. */
export const demoMayImport: readonly string[] = ['dimse', 'dicom', 'lib'];

/**
 * Folders whose members are strangers to each other: adding one must not touch another. `except`
 * are folders there that hold what the members share.
 */
export const slots: readonly { readonly folder: string; readonly except: readonly string[] }[] = [
  { folder: 'src/access', except: [] },
  { folder: 'src/storage/backends', except: [] },
  { folder: 'src/pacs/kinds', except: [] },
  { folder: 'src/pixel/codecs', except: [] },
  { folder: 'src/volume/formats', except: [] },
  { folder: 'src/volume/corrections', except: [] },
  { folder: 'src/production/products', except: [] },
];

/** Who may import each mint of the one-way flow. Tests may import any. */
export const mintImporters: Readonly<Record<string, readonly string[]>> = {
  'src/flow/mint/identified.ts': ['pacs'],
  'src/flow/mint/reveal.ts': ['pacs', 'deid'],
  'src/flow/mint/deidentified.ts': ['deid'],
  'src/flow/mint/sealed.ts': ['seal'],
  'src/flow/mint/restored-sealed.ts': ['storage'],
  'src/flow/mint/restored-deidentified.ts': ['registration'],
};

/** From where no chain of value imports may lead to where. */
export const forbiddenChains: readonly {
  readonly from: string;
  readonly to: readonly string[];
  readonly reason: string;
}[] = [
  {
    from: 'access',
    to: ['pacs', 'deid', 'pixel', 'volume', 'production', 'registration'],
    reason: 'the computing side must not be able to reach identified data, even by mistake',
  },
];

/** Built-in modules that reach the world outside the process. */
export const worldlyModules: ReadonlySet<string> = new Set([
  'node:net',
  'node:tls',
  'node:http',
  'node:https',
  'node:http2',
  'node:dns',
  'node:dgram',
  'node:fs',
  'node:fs/promises',
  'node:child_process',
]);

/** The only folders of `src/` that may import them; all else is testable with bytes. */
export const worldlyFolders: readonly string[] = [
  'src/db',
  'src/identity/trust',
  'src/dimse/transport',
  'src/storage/backends',
  'src/audit',
  'src/pacs/kinds',
  'src/pacs/vault',
  'src/keys',
  'src/production/spill',
  'src/listener',
  'src/access',
  'src/clinic',
  'src/federation',
  'src/keyserver',
  'src/client',
  'src/node',
  'src/cli',
];
