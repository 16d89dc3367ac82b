import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FormatFault } from './market-source.ts';
import { textLines } from './text-lines.ts';

/** A frame as it arrived, whatever the collector wrote around it. */
export interface RawFrame {
  readonly localUs: number;
  readonly text: string;
  /** Symbol of a REST snapshot, whose body does not name it; null for frames of a socket. */
  readonly symbol: string | null;
}

/** `<local ns> <json>`: frames of a socket, and snapshots where their reply arrived. */
const STAMPED = /^(\d{10,17})\d{3} (\{.*)$/;
/** `<seconds>: <frame>`. */
const RECEIVED = /^(\d{9,11}\.\d+): (.*)$/;
/** `<url> -> <seconds>: <body>`. */
const REPLIED = /^(\S+) -> (\d{9,11}\.\d+): (.*)$/;
/** What the collector sent, where it connected, and how it was configured. */
const OWN = /^(\S+ (<->|<-) |configuration: )/;
const SOCKET_FILE = /^(.+)\.ws\.\d+\.\d+(\.gz)?$/;

/** Whether the first line of a file is that of such a recording. */
export function isRaw(firstLine: string): boolean {
  return [STAMPED, RECEIVED, REPLIED, OWN].some((pattern) => pattern.test(firstLine));
}

/** Frames of a file, and replies to REST questions in the files beside it, by their time. */
export async function* framesOf(path: string): AsyncGenerator<RawFrame> {
  const replies: RawFrame[] = [];
  for (const beside of repliesBeside(path)) {
    for await (const frame of framesIn(beside)) replies.push(frame);
  }
  replies.sort((left, right) => left.localUs - right.localUs);
  for await (const frame of framesIn(path)) {
    while (replies[0] !== undefined && replies[0].localUs <= frame.localUs) {
      yield replies.shift() as RawFrame;
    }
    yield frame;
  }
}

/** Files with replies to REST questions of the same collector. */
function repliesBeside(path: string): string[] {
  const collector = SOCKET_FILE.exec(basename(path))?.[1];
  if (collector === undefined) return [];
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${collector}.http.`))
    .map((name) => join(folder, name));
}

async function* framesIn(path: string): AsyncGenerator<RawFrame> {
  for await (const { text, line } of textLines(path)) {
    if (text === '' || OWN.test(text)) continue;
    const stamped = STAMPED.exec(text);
    const received = STAMPED.test(text) ? null : RECEIVED.exec(text);
    const replied = REPLIED.exec(text);
    if (stamped !== null) {
      yield { localUs: Number(stamped[1]), text: stamped[2] as string, symbol: null };
    } else if (received !== null) {
      yield { localUs: microsOf(received[1]), text: received[2] as string, symbol: null };
    } else if (replied !== null) {
      const symbol = /[?&]symbol=([^&]+)/.exec(replied[1] as string)?.[1] ?? null;
      yield { localUs: microsOf(replied[2]), text: replied[3] as string, symbol };
    } else {
      const wanted = 'wanted `<local ns> <json>` or `<seconds>: <frame>`';
      throw new FormatFault(`${path}:${line}: found ${text.slice(0, 60)}, ${wanted}`);
    }
  }
}

function microsOf(seconds: string | undefined): number {
  return Math.round(Number(seconds) * 1e6);
}
