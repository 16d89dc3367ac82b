import { FormatFault } from './market-source.ts';

/**
 * The header of a numpy array file with records: magic, version, length, and a Python literal that
 * gives the fields, the order and the shape.
 *
 * @see numpy.lib.format, versions 1.0 to 3.0
 */
const MAGIC = new Uint8Array(Buffer.from('\x93NUMPY', 'latin1'));
const ALIGNMENT = 64;

export interface NpyHeader {
  /** Names and types, as in `['px', '<f8']`. */
  readonly fields: readonly (readonly [name: string, type: string])[];
  readonly count: number;
  /** Where the first record begins. */
  readonly bytes: number;
}

/** Reads a header. @throws FormatFault for anything but a one-dimensional array of records */
export function readNpyHeader(array: Uint8Array): NpyHeader {
  const isMagic = MAGIC.every((byte, at) => array[at] === byte);
  if (!isMagic) throw new FormatFault('found no magic of numpy, wanted an array file');
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  const isFirst = array[6] === 1;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const from = isFirst ? 10 : 12;
  const text = Buffer.from(array.subarray(from, from + length)).toString('latin1');
  const descr = /'descr':\s*\[(.*?)\]\s*,\s*'/s.exec(text)?.[1];
  const count = /'shape':\s*\((\d+),\s*\)/.exec(text)?.[1];
  if (descr === undefined || count === undefined || /'fortran_order':\s*True/.test(text)) {
    throw new FormatFault(`found the array ${text.trim()}, wanted a row of records`);
  }
  const fields = [...descr.matchAll(/\(\s*'([^']*)'\s*,\s*'([^']*)'\s*\)/g)].map(
    ([, name = '', type = '']) => [name, type] as const,
  );
  return { fields, count: Number(count), bytes: from + length };
}

/** Writes a header of version 1.0, so long that the records behind it are aligned. */
export function writeNpyHeader({ fields, count }: Omit<NpyHeader, 'bytes'>): Uint8Array {
  const descr = fields.map(([name, type]) => `('${name}', '${type}')`).join(', ');
  const text = `{'descr': [${descr}], 'fortran_order': False, 'shape': (${count},), }`;
  const bytes = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(bytes, 0x20);
  header.set(MAGIC);
  header[6] = 1;
  header[7] = 0;
  header.writeUInt16LE(bytes - 10, 8);
  header.write(text, 10, 'latin1');
  header[bytes - 1] = 0x0a;
  return header;
}
