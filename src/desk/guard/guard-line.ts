import { connect as connectSocket } from 'node:net';

/** The daemon's end of a connection to its guard. */
export interface GuardLine {
  /** Bytes that were written and have not left. */
  readonly waitingBytes: number;
  write(text: string): void;
  /** Writes for the last time. */
  end(text: string): void;
  /** Ends at once. Harmless when it has ended. */
  destroy(): void;
}

/** None of them is called before the line was returned. */
export interface GuardLineHandlers {
  readonly opened: () => void;
  readonly text: (text: string) => void;
  /** Called exactly once, also when nobody was there. */
  readonly closed: () => void;
}

/** Begins to connect. */
export type GuardConnect = (handlers: GuardLineHandlers) => GuardLine;

/** The Unix socket on which the guard of a data directory listens. */
export function unixLine(path: string): GuardConnect {
  return ({ opened, text, closed }) => {
    const socket = connectSocket(path);
    socket.setEncoding('utf8');
    socket.on('connect', opened);
    socket.on('data', text);
    // What an error means is said by the close that follows it.
    socket.on('error', () => {});
    socket.on('close', closed);
    return {
      get waitingBytes() {
        return socket.writableLength;
      },
      write: (bytes) => void socket.write(bytes),
      end: (bytes) => void socket.end(bytes),
      destroy: () => void socket.destroy(),
    };
  };
}
