/** Final text and final bytes, neither compressed nor continued: all of a message in a frame. */
const WHOLE_TEXT = 0x81;
const WHOLE_BYTES = 0x82;
const PING = 0x89;
const PONG = 0x8a;
/** The second byte says the length up to this, or how many bytes behind it do. */
const LENGTH_7_MAX = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const HEAD_BYTES_MIN = 2;
const HEAD_BYTES_16 = 4;
const HEAD_BYTES_64 = 10;

/** Who takes what a splitter finds, in the order in which it came. */
export interface FrameTakers {
  /** A whole message, a view of the chunk that brought it. */
  readonly whole: (frame: Buffer) => void;
  /** Bytes for a receiver that knows all of RFC 6455. */
  readonly other: (bytes: Buffer) => void;
  /** Everything from here on is that receiver's: `other` follows once more, `take` never again. */
  readonly left: () => void;
}

/**
 * Takes the messages that lie whole in a chunk of a server's bytes (RFC 6455, section 5.2) out of
 * their frames, and leaves everything else to a complete receiver: frames that go on in the next
 * chunk, pings and pongs. At the first byte of anything more (fragments, a close, what is longer
 * than the limit, what is no frame of a server) the stream is that receiver's for good. So nothing
 * is judged here.
 */
export class FrameSplitter {
  readonly #frameBytesMax: number;
  readonly #takers: FrameTakers;
  /** Bytes still to come of the frame that was begun last, which the receiver is reading. */
  #missing = 0;
  /** The beginning of a head whose rest is in the next chunk; shorter than the longest head. */
  #held: Buffer | null = null;

  constructor(frameBytesMax: number, takers: FrameTakers) {
    this.#frameBytesMax = frameBytesMax;
    this.#takers = takers;
  }

  take(chunk: Buffer): void {
    const bytes = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    const end = bytes.length;
    this.#held = null;
    let at = Math.min(this.#missing, end);
    this.#missing -= at;
    let otherFrom = 0;
    while (end - at >= HEAD_BYTES_MIN) {
      const head = headBytes(bytes[at + 1] as number);
      const isCut = end - at < head;
      const length = isCut ? 0 : lengthAt(bytes, at, head);
      if (!isOrdinary(bytes, at) || length > this.#frameBytesMax) {
        this.#takers.left();
        this.#takers.other(bytes.subarray(otherFrom));
        return;
      }
      if (isCut) break;
      const next = at + head + length;
      if (next <= end && isMessage(bytes[at] as number)) {
        if (otherFrom < at) this.#takers.other(bytes.subarray(otherFrom, at));
        this.#takers.whole(bytes.subarray(at + head, next));
        otherFrom = next;
      }
      this.#missing = Math.max(0, next - end);
      at = Math.min(next, end);
    }
    if (otherFrom < at) this.#takers.other(bytes.subarray(otherFrom, at));
    if (at < end) this.#held = bytes.subarray(at);
  }

  /** Hands over what is held back, so that the receiver has all that has come. */
  release(): void {
    if (this.#held !== null) this.#takers.other(this.#held);
    this.#held = null;
  }
}

/** Whether a frame of a server that is no fragment and no end begins here. */
function isOrdinary(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] as number;
  const second = bytes[at + 1] as number;
  if (isMessage(first)) return second <= LENGTH_64;
  return (first === PING || first === PONG) && second <= LENGTH_7_MAX;
}

function isMessage(first: number): boolean {
  return first === WHOLE_TEXT || first === WHOLE_BYTES;
}

function headBytes(second: number): number {
  if (second < LENGTH_16) return HEAD_BYTES_MIN;
  return second === LENGTH_16 ? HEAD_BYTES_16 : HEAD_BYTES_64;
}

/** The length that a whole head says; exact up to 2^53, and far beyond every limit above. */
function lengthAt(bytes: Uint8Array, at: number, head: number): number {
  if (head === HEAD_BYTES_MIN) return bytes[at + 1] as number;
  let length = 0;
  for (let place = at + HEAD_BYTES_MIN; place < at + head; place += 1) {
    length = length * 256 + (bytes[place] as number);
  }
  return length;
}
