import { type ZodType, z } from 'zod';
import { gatewayConfigSchema } from '../../src/node/config/gateway-config.ts';
import { keyServerConfigSchema } from '../../src/node/config/key-server-config.ts';
import { gatewaySettings, keyServerSettings } from './config-settings.ts';
import type { Generator } from './generator.ts';
import { markdownTable } from './markdown.ts';

/** The parts of a JSON schema that a reference shows. */
interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
}

const introduction = `# Configuration

Generated from the schemas in \`src/node/config\` by \`npm run generate\`.

YAML. An unknown setting, a wrong type or a value out of bounds stops the start with the path and the
line (\`CONFIG_INVALID\`). Relative paths start at the configuration file. Secrets are never in it: it
names files. \`required\` within a group or list that is itself optional means: where that is given;
\`[]\` stands for each item of a list.
\`docs/operating/install.md\` shows a whole configuration.`;

/** docs/operating/configuration.md: every setting of both services. */
export const configDoc: Generator = {
  name: 'configuration',
  generate: async () => {
    const text = [
      introduction,
      section('Gateway: `mdm serve --config mdm.yaml`', gatewayConfigSchema, gatewaySettings),
      section(
        'Key server: `mdm serve --role keyserver --config key-server.yaml`',
        keyServerConfigSchema,
        keyServerSettings,
      ),
    ].join('\n\n');
    return new Map([['docs/operating/configuration.md', `${text}\n`]]);
  },
};

function section(
  title: string,
  schema: ZodType,
  meanings: Readonly<Record<string, string>>,
): string {
  const input = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  // A default that stands for the value after its conversion is only in the schema of the output.
  const output = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonSchema;
  const rows = rowsOf(input, { prefix: '', output });
  const paths = new Set(rows.map(([path]) => path));
  const silent = [...paths].filter((path) => !Object.hasOwn(meanings, path));
  if (silent.length > 0) {
    throw new Error(`tools/generate/config-settings.ts needs a sentence for ${silent.join(', ')}`);
  }
  const cells = rows.map(([path, value, preset]) => [
    `\`${path}\``,
    value,
    preset,
    meanings[path] ?? '',
  ]);
  return `## ${title}\n\n${markdownTable(['Setting', 'Value', 'Default', 'Meaning'], cells)}`;
}

/** Path, kind of value and default of every setting that is no group of settings. */
function rowsOf(
  schema: JsonSchema,
  at: { readonly prefix: string; readonly output: JsonSchema | undefined },
): readonly (readonly [path: string, value: string, preset: string])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = `${at.prefix}${name}`;
    const output = at.output?.properties?.[name];
    if (member.properties !== undefined) return rowsOf(member, { prefix: `${path}.`, output });
    if (member.items?.properties !== undefined) {
      return rowsOf(member.items, { prefix: `${path}[].`, output: output?.items });
    }
    const preset = member.default ?? output?.default;
    const without = schema.required?.includes(name) === true ? 'required' : 'none';
    const shown = preset === undefined ? without : `\`${JSON.stringify(preset)}\``;
    return [[path, valueOf(member), shown] as const];
  });
}

function valueOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.items !== undefined) return `list of ${valueOf(schema.items)}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueOf).join('; or ');
  if (schema.pattern !== undefined && schema.format === undefined) {
    return `text, \`${schema.pattern}\``;
  }
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema);
  if (schema.type === 'boolean') return 'true or false';
  return schema.format === 'uri' ? 'URL' : (wordOf[schema.format ?? ''] ?? 'text');
}

const wordOf: Readonly<Record<string, string>> = { 'date-time': 'instant, UTC (ISO 8601)' };

function numberOf({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const word = type === 'integer' ? 'whole number' : 'number';
  if (exclusiveMinimum !== undefined) return `${word} above ${exclusiveMinimum}`;
  if (minimum === undefined) return word;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `${word}, ${minimum} to ${maximum}` : `${word} from ${minimum}`;
}
