import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../core/env.ts';

/** Where and as whom a server speaks TLS, and to whom. */
export interface TlsListener {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** In PEM. */
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  /** SHA-256 of the certificates that may connect, 64 hexadecimal digits each. */
  readonly clients: readonly string[];
}

const EXPORTER = 'EXPORTER-flyball-shell-v1';
const EXPORTED_BYTES = 32;

/**
 * A server that speaks TLS 1.3 and nothing older, only with certificates that are pinned. Names and
 * issuers of certificates mean nothing here, so none is asked: the handshake proves the private
 * key, the fingerprint says whose it is.
 */
export function tlsServer(
  listener: TlsListener,
  onRequest: RequestListener,
  clock: Clock,
  onEvent: (kind: string, fields: Readonly<Record<string, unknown>>) => void,
): Server {
  const server = createServer(
    {
      cert: Buffer.from(listener.certificate),
      key: Buffer.from(listener.key),
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      requestCert: true,
      // An unpinned certificate is refused below, whoever has signed it.
      rejectUnauthorized: false,
    },
    onRequest,
  );
  server.on('secureConnection', (socket) => {
    const fault = certificateFault(socket, listener.clients, clock.now());
    if (fault === null) return;
    onEvent('certificate-refused', { from: socket.remoteAddress, reason: fault });
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    onEvent('handshake-failed', { from: socket.remoteAddress, reason: error.message });
  });
  return server;
}

/**
 * What binds a login to one TLS connection: keying material that both ends export and nobody
 * between them can know (RFC 9266 does the same under another label).
 */
export function exportedKey(socket: Socket): string {
  const exported = (socket as TLSSocket).exportKeyingMaterial(
    EXPORTED_BYTES,
    EXPORTER,
    Buffer.alloc(0),
  );
  return `tls-exporter:${exported.toString('hex')}`;
}

/** Why the peer's certificate is not taken; null when it is one of the pinned, and in its time. */
export function certificateFault(
  socket: TLSSocket,
  pinned: readonly string[],
  nowMs: number,
): string | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'no certificate was shown';
  const found = createHash('sha256').update(certificate.raw).digest('hex');
  if (!pinned.includes(found)) return `the certificate ${found} is not pinned`;
  const { validFrom, validTo } = certificate;
  if (nowMs < Date.parse(validFrom)) return `the certificate is valid only from ${validFrom}`;
  return nowMs > Date.parse(validTo) ? `the certificate was valid until ${validTo}` : null;
}
