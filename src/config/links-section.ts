import { z } from 'zod';
import { addressFault } from './host-port.ts';

/** As in the greeting of a link, and as the common name of a certificate. */
const NODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PEERS_MAX = 32;
/** What stands in `listen` for the socket in the run folder. */
export const UNIX = 'unix';

const node = z.string().regex(NODE, 'wanted 1 … 64 letters, digits, or one of . _ -');

const place = z.string().superRefine((text, context) => {
  if (text === UNIX) return;
  const fault = addressFault(text);
  if (fault !== null) {
    context.addIssue({ code: 'custom', message: `wanted ${UNIX} or ${fault}` });
  }
});

const dial = z.string().superRefine((text, context) => {
  if (text.startsWith('/')) return;
  const fault = addressFault(text);
  if (fault === null) return;
  context.addIssue({ code: 'custom', message: `wanted the path of a socket, or ${fault}` });
});

const file = z.string().min(1);

/** Section `remote.links`: other daemons that this one is linked to. Off by default. */
export const linksSection = z
  .strictObject({
    node: node.describe('what other daemons call this one'),
    listen: z
      .array(place)
      .max(2)
      .default([])
      .describe(`where peers may call: ${UNIX} for run/links.sock, HOST:PORT for TLS 1.3`),
    tls: z
      .strictObject({
        certificate: file.describe('certificate whose common name is the node, a file in PEM'),
        key: file.describe('private key of the certificate, a file in PEM'),
        authority: file.describe('certificate of who vouches for the peers, a file in PEM'),
      })
      .describe('who this node is over TLS, to those it calls and to those who call')
      .optional(),
    peers: z
      .array(
        z.strictObject({
          node: node.describe('what the peer calls itself'),
          dial: dial
            .describe('where it listens: path of its socket, or HOST:PORT; else it calls here')
            .optional(),
        }),
      )
      .min(1)
      .max(PEERS_MAX)
      .describe('the daemons that may be linked; nobody else is'),
  })
  .superRefine(({ node: own, listen, tls, peers }, context) => {
    const issue = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    listen.forEach((text, at) => {
      if (text !== UNIX && tls === undefined) issue(['listen', at], NO_PAPERS);
      const isSameKind = (other: string): boolean => (other === UNIX) === (text === UNIX);
      if (listen.findIndex(isSameKind) !== at) issue(['listen', at], 'wanted each kind once');
    });
    peers.forEach((peer, at) => {
      const isAgain = peers.findIndex((other) => other.node === peer.node) !== at;
      if (isAgain) issue(['peers', at, 'node'], 'wanted each peer once');
      if (peer.node === own) issue(['peers', at, 'node'], 'wanted another node than this one');
      if (peer.dial === undefined && listen.length === 0) {
        issue(['peers', at], 'wanted `dial`, or `listen` above for a peer that calls here');
      }
      const isTls = peer.dial !== undefined && !peer.dial.startsWith('/');
      if (isTls && tls === undefined) issue(['peers', at, 'dial'], NO_PAPERS);
    });
  })
  .describe('links to other daemons');

const NO_PAPERS = 'wanted remote.links.tls beside an address';

export type LinksSettings = z.infer<typeof linksSection>;
