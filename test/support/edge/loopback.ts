import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server on 127.0.0.1 with a count of the connections it has accepted. */
export interface Loopback {
  readonly port: number;
  readonly connections: () => number;
  /** Ends every connection and goes on listening. */
  readonly hangUp: () => void;
  /** Destroys every connection and stops listening. */
  readonly stop: () => Promise<void>;
}

/** Serves HTTP on a free port, or on one that was. */
export function httpServer(onRequest: RequestListener, port = 0): Promise<Loopback> {
  return listening(createHttpServer(onRequest), port);
}

/** Accepts bare TCP connections on a free port. */
export function tcpServer(onSocket: (socket: Socket) => void): Promise<Loopback> {
  return listening(createServer(onSocket));
}

/** A port on which nobody listens: one that was free a moment ago. */
export async function deadPort(): Promise<number> {
  const server = await tcpServer(() => {});
  await server.stop();
  return server.port;
}

export function listening(server: Server, wanted = 0): Promise<Loopback> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const hangUp = (): void => {
    for (const socket of sockets) socket.end();
  };
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve) => {
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ port, connections: () => accepted, hangUp, stop });
    });
  });
}
