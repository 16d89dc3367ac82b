import type { HttpReply } from '../../core/env.ts';

/** What a reader has made of the bytes so far. */
export type Reading =
  | { readonly kind: 'more' }
  | { readonly kind: 'reply'; readonly reply: HttpReply; readonly rest: LineRest }
  | { readonly kind: 'fault'; readonly fault: 'broken' | 'too-large'; readonly detail: string };

/** What becomes of the connection after a reply. */
export interface LineRest {
  /** Whether it may carry another request. */
  readonly isKept: boolean;
  /** How long the peer keeps an idle connection, in milliseconds; null when it does not say. */
  readonly idleMs: number | null;
}

export interface ReplyLimits {
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
}

type Phase = 'head' | 'length' | 'until-end' | 'size' | 'chunk' | 'chunk-end' | 'trailers';

const MORE: Reading = { kind: 'more' };
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
/** The size of a chunk with its extensions. */
const SIZE_LINE_BYTES_MAX = 256;
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/;
const SWITCHING = 101;
const ENDLESS = 'trailers without an end';
const WITHOUT_BODY = [204, 304];

/**
 * Reads the one reply that a connection owes (RFC 9112), from pieces of any size. It is strict:
 * what could be read in two ways is a fault, for a reply taken for another is worse than none.
 * Make a new one for each request. Linear in the bytes.
 */
export class ReplyReader {
  readonly #limits: ReplyLimits;
  #phase: Phase = 'head';
  #rest: Buffer = Buffer.alloc(0);
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;
  /** Of the body, or of the chunk. */
  #missing = 0;
  #trailerBytes = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  #isKept = true;

  constructor(limits: ReplyLimits) {
    this.#limits = limits;
  }

  /** Takes what came. After a reply or a fault it takes nothing more. */
  push(bytes: Buffer): Reading {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const reading = this.#step();
      if (reading !== null) return reading;
    }
  }

  /** The peer has ended the connection. */
  end(): Reading {
    this.#isKept = false;
    if (this.#phase === 'until-end') return this.#done();
    return broken('the connection ended before the reply was whole');
  }

  /** @returns null when another step is to be taken at once */
  #step(): Reading | null {
    switch (this.#phase) {
      case 'head':
        return this.#onHead();
      case 'length':
        return this.#take() ? this.#done() : MORE;
      case 'until-end':
        this.#missing = this.#rest.length;
        this.#take();
        return this.#bodyBytes > this.#limits.bodyBytesMax ? this.#tooLarge() : MORE;
      case 'size':
        return this.#onSize();
      case 'chunk':
        return this.#take() ? this.#go('chunk-end') : MORE;
      case 'chunk-end':
        return this.#onChunkEnd();
      case 'trailers':
        return this.#onTrailers();
    }
  }

  #go(phase: Phase): null {
    this.#phase = phase;
    return null;
  }

  #onHead(): Reading | null {
    const { headBytesMax } = this.#limits;
    const at = this.#rest.indexOf(HEAD_END);
    if (at > headBytesMax || (at < 0 && this.#rest.length > headBytesMax)) {
      return broken(`a head of more than ${headBytesMax} bytes`);
    }
    if (at < 0) return MORE;
    const [first = '', ...lines] = this.#rest.toString('latin1', 0, at).split('\r\n');
    this.#rest = this.#rest.subarray(at + HEAD_END.length);
    const status = STATUS_LINE.exec(first);
    if (status === null) return broken(`found ${shown(first)}, wanted a status line of HTTP/1.1`);
    this.#status = Number(status[2]);
    this.#isKept = status[1] === '1';
    const headers = headersIn(lines);
    if (typeof headers === 'string') return broken(headers);
    this.#headers = headers;
    if (this.#status === SWITCHING) return broken('status 101, which nobody asked for');
    // An interim reply; the one that counts follows.
    if (this.#status < 200) return null;
    return this.#onBodyAhead();
  }

  /** Where the body ends: RFC 9112, section 6.3. */
  #onBodyAhead(): Reading | null {
    const { connection = '', 'content-length': length } = this.#headers;
    const coding = this.#headers['transfer-encoding'];
    const options = connection.toLowerCase().split(/[ \t]*,[ \t]*/);
    if (options.includes('close')) this.#isKept = false;
    else if (options.includes('keep-alive')) this.#isKept = true;
    if (WITHOUT_BODY.includes(this.#status)) return this.#done();
    if (coding !== undefined) {
      if (length !== undefined) return broken('both content-length and transfer-encoding');
      if (coding.toLowerCase() !== 'chunked') {
        return broken(`transfer-encoding: found ${shown(coding)}, wanted chunked`);
      }
      return this.#go('size');
    }
    if (length === undefined) return this.#go('until-end');
    if (!/^\d{1,15}$/.test(length)) {
      return broken(`content-length: found ${shown(length)}, wanted a whole number`);
    }
    this.#missing = Number(length);
    if (this.#missing > this.#limits.bodyBytesMax) return this.#tooLarge();
    return this.#go('length');
  }

  /** @returns whether nothing is missing any more */
  #take(): boolean {
    const taken = this.#rest.subarray(0, this.#missing);
    this.#rest = this.#rest.subarray(taken.length);
    this.#missing -= taken.length;
    this.#bodyBytes += taken.length;
    this.#body.push(taken);
    return this.#missing === 0;
  }

  #onSize(): Reading | null {
    const line = this.#line(SIZE_LINE_BYTES_MAX);
    if (line === null) {
      if (this.#rest.length > SIZE_LINE_BYTES_MAX) return broken('a chunk without its size');
      return MORE;
    }
    const digits = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line)?.[1];
    if (digits === undefined) return broken(`found ${shown(line)}, wanted the size of a chunk`);
    this.#missing = Number.parseInt(digits, 16);
    if (this.#bodyBytes + this.#missing > this.#limits.bodyBytesMax) return this.#tooLarge();
    return this.#go(this.#missing === 0 ? 'trailers' : 'chunk');
  }

  #onChunkEnd(): Reading | null {
    if (this.#rest.length < LINE_END.length) return MORE;
    if (!this.#rest.subarray(0, LINE_END.length).equals(LINE_END)) {
      return broken('a chunk that is longer than its size');
    }
    this.#rest = this.#rest.subarray(LINE_END.length);
    return this.#go('size');
  }

  /** What follows the last chunk is passed over, up to the empty line. */
  #onTrailers(): Reading | null {
    const { headBytesMax } = this.#limits;
    const line = this.#line(headBytesMax);
    if (line === '') return this.#done();
    this.#trailerBytes += line?.length ?? 0;
    if (line === null) return this.#rest.length > headBytesMax ? broken(ENDLESS) : MORE;
    return this.#trailerBytes > headBytesMax ? broken(ENDLESS) : null;
  }

  /** The next line without its end, null when it is not whole or longer than it may be. */
  #line(bytesMax: number): string | null {
    const at = this.#rest.indexOf(LINE_END);
    if (at < 0 || at > bytesMax) return null;
    const line = this.#rest.toString('latin1', 0, at);
    this.#rest = this.#rest.subarray(at + LINE_END.length);
    return line;
  }

  /** What comes after a whole reply answers to nothing: such a connection is not used again. */
  #done(): Reading {
    const reply = {
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#body).toString('utf8'),
    };
    const isKept = this.#isKept && this.#rest.length === 0;
    return { kind: 'reply', reply, rest: { isKept, idleMs: idleMsIn(this.#headers) } };
  }

  #tooLarge(): Reading {
    const detail = `a reply of more than ${this.#limits.bodyBytesMax} bytes`;
    return { kind: 'fault', fault: 'too-large', detail };
  }
}

/** Headers by their names in lower case, or what is wrong with them. */
function headersIn(lines: readonly string[]): Record<string, string> | string {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    if (name === '') return `found ${shown(line)}, wanted a header`;
    const key = name.toLowerCase();
    const earlier = headers[key];
    if (key === 'content-length' && earlier !== undefined && earlier !== value) {
      return `content-length: found both ${shown(earlier)} and ${shown(value)}`;
    }
    headers[key] =
      earlier === undefined || key === 'content-length' ? value : `${earlier},${value}`;
  }
  return headers;
}

function idleMsIn(headers: Readonly<Record<string, string>>): number | null {
  const seconds = /(?:^|,)[ \t]*timeout=(\d{1,6})/.exec(headers['keep-alive'] ?? '')?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

function broken(detail: string): Reading {
  return { kind: 'fault', fault: 'broken', detail };
}

/** Of what was found, so much is told. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
