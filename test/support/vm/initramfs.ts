/** A file or folder of an archive. */
export interface Entry {
  /** Without a slash in front. */
  readonly name: string;
  /** As `stat` has it, kind of file included. */
  readonly mode: number;
  /** Null for a folder. */
  readonly bytes: Uint8Array | null;
}

export const FOLDER = 0o040755;
export const PROGRAM = 0o100755;
export const FILE = 0o100644;

const MAGIC = '070701';
const ALIGN = 4;

/** The archive that a kernel unpacks as its first file system (cpio, "new ASCII format"). */
export function initramfs(entries: readonly Entry[]): Buffer {
  const end: Entry = { name: 'TRAILER!!!', mode: 0, bytes: null };
  return Buffer.concat([...entries, end].flatMap(recordOf));
}

function recordOf({ name, mode, bytes }: Entry, at: number): Buffer[] {
  const size = bytes?.length ?? 0;
  const links = bytes === null ? 2 : 1;
  const numbers = [at + 1, mode, 0, 0, links, 0, size, 0, 0, 0, 0, name.length + 1, 0];
  const head = MAGIC + numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  return [padded(Buffer.from(`${head}${name}\0`)), padded(Buffer.from(bytes ?? []))];
}

function padded(bytes: Buffer): Buffer {
  const rest = (ALIGN - (bytes.length % ALIGN)) % ALIGN;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}
