import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { listenAddress } from '../../config/host-port.ts';
import { type LinksSettings, UNIX } from '../../config/links-section.ts';
import type { Config } from '../../config/schema.ts';
import type { Files } from '../../core/env.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { LinkCredentials, LinkPlace } from '../../remote/link/socket.ts';
import { fileOf, pairFault } from '../proof/open-shell.ts';

/** Other daemons and where they are met, with all papers read. */
export interface OpenedLinks {
  readonly node: string;
  readonly listen: readonly LinkPlace[];
  /** Where each peer is called; null for one that calls here. */
  readonly peers: readonly { readonly node: string; readonly dial: LinkPlace | null }[];
}

/** Null without `remote.links`; an error says what was found and what would be right. */
export function openLinks(
  files: Files,
  folder: string,
  config: Config,
): Result<OpenedLinks | null, string> {
  const settings = config.remote?.links;
  if (settings === undefined) return ok(null);
  const credentials = credentialsOf(files, settings);
  if (!credentials.ok) return credentials;
  const placeOf = (text: string): LinkPlace => {
    if (text === UNIX) return { kind: 'unix', path: linkSocket(folder) };
    if (text.startsWith('/')) return { kind: 'unix', path: text };
    // The schema demands papers beside every address.
    const papers = credentials.value as LinkCredentials;
    return { kind: 'tls', ...listenAddress(text), credentials: papers };
  };
  return ok({
    node: settings.node,
    listen: settings.listen.map(placeOf),
    peers: settings.peers.map(({ node, dial }) => ({
      node,
      dial: dial === undefined ? null : placeOf(dial),
    })),
  });
}

/** Where other daemons of this machine call the one of a data directory. */
export function linkSocket(dataFolder: string): string {
  return join(dataFolder, 'run', 'links.sock');
}

function credentialsOf(
  files: Files,
  { node, tls }: LinksSettings,
): Result<LinkCredentials | null, string> {
  if (tls === undefined) return ok(null);
  const certificate = fileOf(files, 'remote.links.tls.certificate', tls.certificate);
  if (!certificate.ok) return certificate;
  const key = fileOf(files, 'remote.links.tls.key', tls.key);
  if (!key.ok) return key;
  const authority = fileOf(files, 'remote.links.tls.authority', tls.authority);
  if (!authority.ok) return authority;
  const fault =
    pairFault(certificate.value, key.value, 'remote.links.tls.key') ??
    nameFault(certificate.value, node);
  if (fault !== null) return err(`remote.links.tls: ${tls.certificate}: ${fault}`);
  return ok({ certificate: certificate.value, key: key.value, authority: authority.value });
}

/** Every peer would turn it away. */
function nameFault(certificate: Uint8Array, node: string): string | null {
  const { subject } = new X509Certificate(certificate);
  if (subject.split('\n').includes(`CN=${node}`)) return null;
  return `found a certificate of ${subject.replaceAll('\n', ', ')}, wanted CN=${node}`;
}
