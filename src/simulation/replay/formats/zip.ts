import { crc32, inflateRawSync } from 'node:zlib';
import { FormatFault } from './market-source.ts';

/**
 * The part of the ZIP format that numpy writes and reads: stored and deflated entries, no disks,
 * no encryption, sizes below 4 GiB.
 *
 * @see PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16
 */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;
/** A comment behind the end may be as long as 16 bits say. */
const COMMENT_BYTES_MAX = 0xffff;
/** Version 2.0: what every reader knows. */
const VERSION = 20;
/** 1980-01-01, the first day that the format knows: the same bytes for the same data. */
const DATE = 0x21;

export interface ZipEntry {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
}

/** The entries of an archive. @throws FormatFault for anything that is no archive of this kind */
export function readZip(archive: Uint8Array, bytesMax: number): ZipEntry[] {
  const view = viewOf(archive);
  const end = endOf(archive, view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: count }, () => {
    demand(at + CENTRAL_BYTES <= archive.length, 'its directory is cut');
    demand(view.getUint32(at, true) === CENTRAL, 'its directory is no directory');
    const nameLength = view.getUint16(at + 28, true);
    const name = textOf(archive.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength));
    const bytes = entryAt(archive, view, at, name, bytesMax);
    const extra = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    at += CENTRAL_BYTES + nameLength + extra;
    return { name, bytes };
  });
}

function entryAt(
  archive: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  bytesMax: number,
): Uint8Array {
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  demand(size <= bytesMax, `${name} has ${size} bytes, wanted at most ${bytesMax}`);
  demand(local + LOCAL_BYTES <= archive.length, `${name} lies behind the end`);
  demand(view.getUint32(local, true) === LOCAL, `${name} does not begin where it should`);
  const from =
    local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  demand(from + packed <= archive.length, `${name} is cut`);
  const raw = archive.subarray(from, from + packed);
  const bytes = method === STORED ? raw : unpacked(raw, method, size, name);
  demand(bytes.length === size, `${name} has ${bytes.length} bytes, wanted ${size}`);
  demand(crc32(bytes) === view.getUint32(at + 16, true), `the checksum of ${name} is wrong`);
  return bytes;
}

function unpacked(raw: Uint8Array, method: number, size: number, name: string): Uint8Array {
  demand(method === DEFLATED, `${name} is packed by method ${method}, wanted stored or deflated`);
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw new FormatFault(`${name} cannot be unpacked`);
  }
}

/** An archive of stored entries. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    const crc = crc32(bytes);
    const local = headerOf(LOCAL_BYTES, encoded, (view) => {
      view.setUint32(0, LOCAL, true);
      commonFields(view, 4, { crc, size: bytes.length, name: encoded.length });
    });
    directory.push(
      headerOf(CENTRAL_BYTES, encoded, (view) => {
        view.setUint32(0, CENTRAL, true);
        view.setUint16(4, VERSION, true);
        commonFields(view, 6, { crc, size: bytes.length, name: encoded.length });
        view.setUint32(42, at, true);
      }),
    );
    pieces.push(local, bytes);
    at += local.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const end = headerOf(END_BYTES, new Uint8Array(0), (view) => {
    view.setUint32(0, END, true);
    view.setUint16(8, entries.length, true);
    view.setUint16(10, entries.length, true);
    view.setUint32(12, size, true);
    view.setUint32(16, at, true);
  });
  return [...pieces, ...directory, end];
}

/** What both headers of an entry have, from the version that is needed on. */
function commonFields(
  view: DataView,
  at: number,
  { crc, size, name }: { readonly crc: number; readonly size: number; readonly name: number },
): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 4, STORED, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
}

function headerOf(bytes: number, name: Uint8Array, fill: (view: DataView) => void): Uint8Array {
  const header = new Uint8Array(bytes + name.length);
  fill(viewOf(header));
  header.set(name, bytes);
  return header;
}

function endOf(archive: Uint8Array, view: DataView): number {
  const least = Math.max(0, archive.length - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = archive.length - END_BYTES; at >= least; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new FormatFault('found no end of an archive, wanted a ZIP file');
}

function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new FormatFault(`the archive is damaged: ${otherwise}`);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
