import { assert } from '../../lib/assert.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import { trimPadding } from '../../lib/text/trim-padding.ts';
import { dimseErrors } from '../errors.ts';
import type { Command } from './command.ts';

type Vr = 'UI' | 'US' | 'AE';

/** Elements of a command set by the name they have here. @standard PS3.7 §E.1, Table E.1-1 */
const elements = {
  affectedSopClassUid: [0x0002, 'UI'],
  messageId: [0x0110, 'US'],
  messageIdBeingRespondedTo: [0x0120, 'US'],
  moveDestination: [0x0600, 'AE'],
  priority: [0x0700, 'US'],
  status: [0x0900, 'US'],
  affectedSopInstanceUid: [0x1000, 'UI'],
  remaining: [0x1020, 'US'],
  completed: [0x1021, 'US'],
  failed: [0x1022, 'US'],
  warning: [0x1023, 'US'],
  moveOriginatorAeTitle: [0x1030, 'AE'],
  moveOriginatorMessageId: [0x1031, 'US'],
} as const satisfies Record<string, readonly [number, Vr]>;

type ElementName = keyof typeof elements;
type Layout = {
  readonly field: number;
  readonly required: readonly ElementName[];
  readonly optional: readonly ElementName[];
};

const response = {
  required: ['messageIdBeingRespondedTo', 'status'],
  optional: ['affectedSopClassUid'],
} as const;
const counts = ['remaining', 'completed', 'failed', 'warning'] as const;

/** What each command holds. Error comments are not read: they may name a patient. */
const layouts: Readonly<Record<Exclude<Command['kind'], 'unknown'>, Layout>> = {
  'C-ECHO-RQ': { field: 0x0030, required: ['affectedSopClassUid', 'messageId'], optional: [] },
  'C-ECHO-RSP': { field: 0x8030, ...response },
  'C-STORE-RQ': {
    field: 0x0001,
    required: ['affectedSopClassUid', 'messageId', 'affectedSopInstanceUid'],
    optional: ['priority', 'moveOriginatorAeTitle', 'moveOriginatorMessageId'],
  },
  'C-STORE-RSP': {
    field: 0x8001,
    required: response.required,
    optional: ['affectedSopClassUid', 'affectedSopInstanceUid'],
  },
  'C-FIND-RQ': {
    field: 0x0020,
    required: ['affectedSopClassUid', 'messageId'],
    optional: ['priority'],
  },
  'C-FIND-RSP': { field: 0x8020, ...response },
  'C-GET-RQ': {
    field: 0x0010,
    required: ['affectedSopClassUid', 'messageId'],
    optional: ['priority'],
  },
  'C-GET-RSP': {
    field: 0x8010,
    required: response.required,
    optional: ['affectedSopClassUid', ...counts],
  },
  'C-MOVE-RQ': {
    field: 0x0021,
    required: ['affectedSopClassUid', 'messageId', 'moveDestination'],
    optional: ['priority'],
  },
  'C-MOVE-RSP': {
    field: 0x8021,
    required: response.required,
    optional: ['affectedSopClassUid', ...counts],
  },
  'C-CANCEL-RQ': { field: 0x0fff, required: ['messageIdBeingRespondedTo'], optional: [] },
};

const kindByField = new Map(
  Object.entries(layouts).map(([kind, { field }]) => [field, kind as keyof typeof layouts]),
);
const elementNumber = { groupLength: 0x0000, commandField: 0x0100, dataSetType: 0x0800 } as const;
/** Command Data Set Type: no data set follows. */
const noDataSet = 0x0101;
const someDataSet = 0x0001;

/**
 * Decode a command set: implicit VR little endian, group 0000 only.
 *
 * @standard PS3.7 §6.3.1, §E.1
 * @throws MdmError `DIMSE_COMMAND_INVALID`
 */
export function decodeCommand(bytes: Uint8Array): Command {
  const values = splitElements(bytes);
  const commandField = readUs(values, elementNumber.commandField);
  const dataSetType = readUs(values, elementNumber.dataSetType);
  if (commandField === undefined || dataSetType === undefined) throw invalid('missing element');
  const hasDataSet = dataSetType !== noDataSet;
  const kind = kindByField.get(commandField);
  if (kind === undefined) return { kind: 'unknown', commandField, hasDataSet };
  const { required, optional } = layouts[kind];
  const command: Record<string, string | number | boolean> = { kind, hasDataSet };
  for (const name of [...required, ...optional]) {
    const value = readElement(values, name);
    if (value !== undefined) command[name] = value;
    else if (required.includes(name)) throw invalid(`${kind} without ${name}`);
  }
  return command as unknown as Command; // the layout table has just been checked field by field
}

/** Encode a command set, its group length element first. */
export function encodeCommand(command: Exclude<Command, { kind: 'unknown' }>): Uint8Array {
  const { field, required, optional } = layouts[command.kind];
  const fields = command as unknown as Readonly<Record<string, string | number | undefined>>; // by name
  const list: [number, Buffer][] = [
    [elementNumber.commandField, encodeUs(field)],
    [elementNumber.dataSetType, encodeUs(command.hasDataSet ? someDataSet : noDataSet)],
  ];
  for (const name of [...required, ...optional]) {
    const value = fields[name];
    if (value === undefined) assert(!required.includes(name), `${command.kind} needs ${name}`);
    else list.push([elements[name][0], encodeValue(elements[name][1], value)]);
  }
  list.sort(([a], [b]) => a - b);
  const length = list.reduce((sum, [, value]) => sum + 8 + value.length, 0);
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(length);
  const parts = [[elementNumber.groupLength, groupLength] as const, ...list].map(
    ([number, value]) => Buffer.concat([elementHeader(number, value.length), value]),
  );
  return Buffer.concat(parts);
}

function splitElements(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = viewOf(bytes);
  const values = new Map<number, Uint8Array>();
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + 8 > bytes.length) throw invalid('truncated', offset);
    if (view.getUint16(offset, true) !== 0) throw invalid('group', offset);
    const element = view.getUint16(offset + 2, true);
    const length = view.getUint32(offset + 4, true);
    if (length > bytes.length - offset - 8) throw invalid('length', offset);
    values.set(element, bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return values;
}

function readElement(
  values: ReadonlyMap<number, Uint8Array>,
  name: ElementName,
): string | number | undefined {
  const [number, vr] = elements[name];
  if (vr === 'US') return readUs(values, number);
  const bytes = values.get(number);
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return trimPadding(text).replace(/^ +/, '');
}

function readUs(values: ReadonlyMap<number, Uint8Array>, number: number): number | undefined {
  const bytes = values.get(number);
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (bytes.length !== 2) throw invalid('length of a US element');
  return viewOf(bytes).getUint16(0, true);
}

function encodeValue(vr: Vr, value: string | number): Buffer {
  if (vr === 'US') return encodeUs(Number(value));
  const text = String(value);
  const padding = vr === 'UI' ? '\0' : ' ';
  return Buffer.from(text.length % 2 === 0 ? text : text + padding, 'latin1');
}

function encodeUs(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function elementHeader(number: number, length: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(number, 2);
  header.writeUInt32LE(length, 4);
  return header;
}

function invalid(what: string, offset = 0): Error {
  return dimseErrors.create('DIMSE_COMMAND_INVALID', { message: what, context: { offset } });
}
