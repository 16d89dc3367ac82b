import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Begins a connection; `opened` is the event that says that it carries requests. */
export type Dial = () => {
  readonly socket: Socket;
  readonly opened: 'connect' | 'secureConnect';
};

/** How to connect to an address. Over TLS the certificate has to be good for the host's name. */
export function diallingOf(origin: URL): Dial {
  const { isSecure, ...to } = endpointOf(origin);
  if (!isSecure) return () => ({ socket: connectTcp(to), opened: 'connect' });
  return () => ({ socket: connectTls(to), opened: 'secureConnect' });
}

export function endpointOf({ protocol, hostname, port }: URL) {
  // Literal addresses of IPv6 stand in brackets in a URL and nowhere else.
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:') return { isSecure: false, host, port: Number(port) || 80 };
  // A certificate is asked for by name; an address is none (RFC 6066, section 3).
  const named = isIP(host) === 0 ? { servername: host } : {};
  return {
    ...{ isSecure: true, host, port: Number(port) || 443 },
    ...{ ALPNProtocols: ['http/1.1'], ...named },
  };
}
