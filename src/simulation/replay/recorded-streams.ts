import { JsonScanner } from '../../venues/binance/json-scanner.ts';
import { type FaultPlan, FaultyFrames } from '../binance/faults.ts';
import type { Line } from '../binance/streams/line.ts';
import { Audience, type PublicStreams } from '../binance/streams/public-streams.ts';

/** Streams whose frames can be ordered to go wrong, as those of a generated market can. */
const DEPTH = /@depth/;

const OPEN = 0x7b;
const CLOSE = 0x7d;

interface WrappedFrame {
  readonly stream: string;
  /** Where the event begins, and where what follows it does. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/**
 * The public streams of a recording: its frames go out again as they came in, byte by byte, with
 * their wrapper on combined connections and without it on others.
 */
export class RecordedStreams implements PublicStreams {
  readonly #names: ReadonlySet<string>;
  readonly #faulty = new Map<string, FaultyFrames<WrappedFrame>>();
  readonly #audience = new Audience();
  readonly #scanner = new JsonScanner();

  /** @param names the streams that the recording has; there are no others */
  constructor(names: readonly string[], symbol: string, faults: FaultPlan) {
    this.#names = new Set(names);
    for (const name of names) {
      if (!DEPTH.test(name)) continue;
      this.#faulty.set(name, new FaultyFrames(faults, symbol, (frame) => this.#send(frame)));
    }
  }

  add(line: Line, name: string): boolean {
    return this.#names.has(name) && this.#audience.add(line, name);
  }

  remove(line: Line, name: string): void {
    this.#audience.remove(line, name);
  }

  namesOf(line: Line): string[] {
    return this.#audience.namesOf(line);
  }

  /** Sends a recorded frame to those who listen to its stream. A snapshot is of no stream. */
  publish(bytes: Uint8Array): void {
    const frame = this.#unwrap(bytes);
    if (frame === null || !this.#audience.isHeard(frame.stream)) return;
    const faulty = this.#faulty.get(frame.stream);
    if (faulty === undefined) this.#send(frame);
    else faulty.send(frame);
  }

  #send({ stream, bytes, from, to }: WrappedFrame): void {
    this.#audience.send(stream, {
      bare: () => textOf(bytes.subarray(from, to)).trimEnd(),
      combined: () => textOf(bytes),
    });
  }

  #unwrap(bytes: Uint8Array): WrappedFrame | null {
    const scanner = this.#scanner;
    scanner.reset(bytes);
    let stream = '';
    let from = -1;
    let to = -1;
    if (!scanner.open(OPEN) || scanner.close(CLOSE)) return null;
    do {
      if (!scanner.key()) return null;
      const isStream = scanner.textIs('stream');
      const isData = scanner.textIs('data');
      const at = scanner.offset();
      if (!(isStream ? scanner.string() : scanner.skip())) return null;
      if (isStream) stream = textOf(bytes.subarray(scanner.textStart, scanner.textEnd));
      if (!isData) continue;
      from = at;
      to = scanner.offset();
    } while (scanner.comma());
    return stream === '' || from < 0 ? null : { stream, from, to, bytes };
  }
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
