import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { Clock, Timers } from '../core/env.ts';
import { err, type Result, reasonOf } from '../core/result.ts';
import { openSession, type RemoteSession } from './client.ts';
import type { OwnKey } from './keys.ts';
import { FRAME_BYTES_MAX } from './protocol.ts';
import { certificateFault, exportedKey } from './tls.ts';

/** A daemon on another host, and what both ends show each other. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** In PEM. */
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** SHA-256 of the daemon's certificate in hexadecimal. */
  readonly serverFingerprint: string;
}

const CONNECT_MS_MAX = 10_000;

/** Connects over TLS 1.3, looks at the daemon's certificate before a word is said, and logs in. */
export async function attachTls(
  target: TlsTarget,
  key: OwnKey,
  env: { readonly clock: Clock; readonly timers: Timers },
): Promise<Result<RemoteSession, string>> {
  const where = `${target.host}:${target.port}`;
  const secured = await secure(target, env.timers);
  if (!secured.ok) return err(`${where}: ${secured.error}`);
  const socket = secured.value;
  const fault = certificateFault(socket, [target.serverFingerprint], env.clock.now());
  if (fault !== null) {
    socket.destroy();
    return err(`${where}: ${fault}`);
  }
  const transport = exportedKey(socket);
  const open = (): WebSocket =>
    new WebSocket(`ws://${where}/`, {
      perMessageDeflate: false,
      maxPayload: FRAME_BYTES_MAX,
      createConnection: () => socket,
    });
  const session = await openSession(open, { where, transport }, key, env.timers);
  // The server looks at our certificate when the handshake is over for us.
  return session.ok || !/hang up|ECONNRESET|EPIPE/.test(session.error)
    ? session
    : err(`${session.error}: is this certificate among its remote.tls.clients, and in its time?`);
}

function secure(target: TlsTarget, timers: Timers): Promise<Result<TLSSocket, string>> {
  return new Promise((resolve) => {
    const give = (outcome: Result<TLSSocket, string>): void => {
      deadline.cancel();
      if (!outcome.ok) socket?.destroy();
      resolve(outcome);
    };
    let socket: TLSSocket | null = null;
    const deadline = timers.after(CONNECT_MS_MAX, () =>
      give(err(`no TLS handshake within ${CONNECT_MS_MAX} ms`)),
    );
    try {
      const opened = connect({
        host: target.host,
        port: target.port,
        cert: Buffer.from(target.certificate),
        key: Buffer.from(target.key),
        minVersion: 'TLSv1.3',
        // The pinned fingerprint takes the place of names and issuers.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      });
      socket = opened;
      opened.on('secureConnect', () => give({ ok: true, value: opened }));
      opened.on('error', (error) => give(err(error.message)));
      opened.on('close', () => give(err('the daemon closed the connection in the handshake')));
    } catch (thrown) {
      give(err(reasonOf(thrown)));
    }
  });
}
