import { createHash } from 'node:crypto';
import * as ws from 'ws';

const LINE_LENGTH_MAX = 60;

/** Opcodes of RFC 6455, section 11.8. */
export const OP = { more: 0, text: 1, bytes: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameForm {
  readonly isFinal?: boolean;
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** Bytes of the length: the fewest that hold it where it is not said. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** A frame as it is on the wire (RFC 6455, section 5.2), right or wrong. */
export function wireFrame(opcode: number, payload: string | Buffer, form: FrameForm = {}): Buffer {
  const { isFinal = true, reserved = 0, isMasked = false } = form;
  const body = Buffer.from(payload);
  const fewest = body.length < 126 ? 0 : body.length < 65_536 ? 2 : 8;
  const { lengthBytes = fewest } = form;
  const length = Buffer.alloc(lengthBytes);
  if (lengthBytes === 2) length.writeUInt16BE(body.length);
  if (lengthBytes === 8) length.writeBigUInt64BE(BigInt(body.length));
  const short = lengthBytes === 0 ? body.length : lengthBytes === 2 ? 126 : 127;
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  // A mask of zeros leaves the payload as it is.
  const mask = Buffer.alloc(isMasked ? 4 : 0);
  return Buffer.concat([Buffer.of(first, short | (isMasked ? 0x80 : 0)), length, mask, body]);
}

/** The close frame of a code, which says a reason. */
export function closeFrame(code: number, reason = ''): Buffer {
  const body = Buffer.alloc(2);
  body.writeUInt16BE(code);
  return wireFrame(OP.close, Buffer.concat([body, Buffer.from(reason)]));
}

/** The receiver of `ws`, whose types do not tell of it. */
interface Receiver {
  on(event: string, heard: (...said: never[]) => void): void;
  write(bytes: Uint8Array): void;
}
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Receiver };

/** What the receiver of `ws` makes of bytes, one line an event; after an end it takes nothing. */
export function aReceiver(frameBytesMax: number, told: string[]): (bytes: Uint8Array) => void {
  const receiver = new Receiver({ maxPayload: frameBytesMax, skipUTF8Validation: true });
  let isOver = false;
  receiver.on('message', (data: Buffer) => void told.push(messageLine(data)));
  receiver.on('ping', (data: Buffer) => void told.push(`ping ${data}`));
  receiver.on('pong', (data: Buffer) => void told.push(`pong ${data}`));
  receiver.on('error', ({ message }: Error) => void told.push(`error ${message}`));
  receiver.on('conclude', (code: number, reason: Buffer) => {
    isOver = true;
    told.push(`close ${code} ${reason}`);
  });
  return (bytes) => {
    if (!isOver) receiver.write(bytes);
  };
}

/** A long one by its digest: nobody wants to read it where two differ. */
export function messageLine(frame: Uint8Array): string {
  const text = Buffer.from(frame).toString('latin1');
  if (text.length <= LINE_LENGTH_MAX) return `message ${text}`;
  return `message of ${text.length} bytes, ${createHash('sha1').update(frame).digest('hex')}`;
}
