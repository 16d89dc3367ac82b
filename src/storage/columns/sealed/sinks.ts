import type { Files } from '../../../core/env.ts';

const NAME = /^([a-z][a-z0-9-]{0,31})\.json$/;
const FOLDER_MODE = 0o700;

/**
 * Where the sinks of the market log are, by position: a file for each that is enabled. A sink says
 * with it how far it has durably taken the log over, and no segment behind that goes.
 */
export function readSinks(files: Files, folder: string): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const file of files.list(folder)) {
    const name = NAME.exec(file)?.[1];
    if (name !== undefined) positions.set(name, positionIn(files.read(`${folder}/${file}`)));
  }
  return positions;
}

/** Enables a sink, or notes that it has the log up to a position. Durable on return. */
export function writeSink(files: Files, folder: string, name: string, position: number): void {
  files.ensureFolder(folder, FOLDER_MODE);
  files.replace(`${folder}/${name}.json`, Buffer.from(`${JSON.stringify({ position })}\n`));
}

/** The position that the slowest sink has; infinite when there is none. */
export function takenBySinks(files: Files, folder: string): number {
  return Math.min(Number.POSITIVE_INFINITY, ...readSinks(files, folder).values());
}

/** A position that cannot be read holds everything back: better the disk fills than data goes. */
function positionIn(bytes: Uint8Array | null): number {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    const position = (value as { position?: unknown } | null)?.position;
    return Number.isSafeInteger(position) ? (position as number) : 0;
  } catch {
    return 0;
  }
}
